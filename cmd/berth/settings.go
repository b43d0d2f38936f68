package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"berth/internal/spelling"
)

// applySettings gives the flags that the command line leaves out their values:
// from BERTH_* (for one command BERTH_RUN_FORMAT before BERTH_FORMAT), else from
// the configuration file (run.format before format).
func applySettings(cmd *cobra.Command) error {
	section, ok := sectionOf(cmd)
	if !ok {
		return nil
	}
	v := viper.New()
	if err := readConfig(v, cmd); err != nil {
		return invalid{err}
	}
	var wrong []error
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" {
			return
		}
		key := section + "." + f.Name
		// It fails without a key only.
		_ = v.BindEnv(key, variable(key), variable(f.Name))
		value := v.Get(key)
		if value == nil {
			if value = v.Get(f.Name); value == nil || isMapping(value) { // prices is a flag of run, and a command
				return
			}
		}
		if err := setFlag(cmd, f, value); err != nil {
			wrong = append(wrong, invalid{fmt.Errorf("setting %s (from %s): %w", f.Name, origin(v, key, f.Name), err)})
		}
	})
	return errors.Join(wrong...)
}

// sectionOf returns under which name the settings of a command are written:
// run, trace.info. Commands without flags have none.
func sectionOf(cmd *cobra.Command) (string, bool) {
	if slices.ContainsFunc(strings.Fields(cmd.CommandPath()), func(name string) bool {
		return name == "help" || name == "completion" || strings.HasPrefix(name, "__")
	}) {
		return "", false // a broken file must not break the completion
	}
	flags := false
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { flags = flags || f.Name != "help" })
	return strings.Join(strings.Fields(cmd.CommandPath())[1:], "."), flags
}

// variable names the environment variable of a setting.
func variable(key string) string {
	return "BERTH_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

func origin(v *viper.Viper, key, name string) string {
	for _, variable := range []string{variable(key), variable(name)} {
		if os.Getenv(variable) != "" {
			return variable
		}
	}
	return v.ConfigFileUsed()
}

// setFlag sets a flag that may be repeated to a list, or to the one value.
func setFlag(cmd *cobra.Command, f *pflag.Flag, value any) error {
	if list, ok := value.([]any); ok {
		if _, repeated := f.Value.(pflag.SliceValue); !repeated {
			return errors.New("expected one value, not a list")
		}
		for _, item := range list {
			if err := cmd.Flags().Set(f.Name, fmt.Sprint(item)); err != nil {
				return err
			}
		}
		return nil
	}
	if isMapping(value) {
		return errors.New("expected a value, not a mapping")
	}
	return cmd.Flags().Set(f.Name, fmt.Sprint(value))
}

func isMapping(value any) bool {
	_, ok := value.(map[string]any)
	return ok
}

// readConfig reads the configuration file: the one that --config or BERTH_CONFIG
// names, which must be there, or the usual one, which need not be.
func readConfig(v *viper.Viper, cmd *cobra.Command) error {
	path := cmd.Flag("config").Value.String()
	if path == "" {
		path = os.Getenv("BERTH_CONFIG")
	}
	named := path != ""
	if !named {
		var ok bool
		if path, ok = usualConfig(); !ok {
			return nil
		}
	}
	v.SetConfigFile(path)
	v.SetConfigType("yaml")
	err := v.ReadInConfig()
	var missing viper.ConfigFileNotFoundError
	if !named && (errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	return unknownSettings(v, cmd.Root(), path)
}

// usualConfig returns the path of the configuration file that nobody named.
func usualConfig() (string, bool) {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", false // no home, no file in it
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "berth", "config.yaml"), true
}

// unknownSettings finds what in a configuration file is no setting.
func unknownSettings(v *viper.Viper, root *cobra.Command, path string) error {
	var known []string
	visit(root, func(cmd *cobra.Command) {
		section, ok := sectionOf(cmd)
		if !ok {
			return
		}
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				known = append(known, f.Name, section+"."+f.Name)
			}
		})
	})
	var wrong []error
	keys := v.AllKeys()
	slices.Sort(keys)
	for _, key := range keys {
		if slices.Contains(known, key) {
			continue
		}
		err := fmt.Errorf("configuration file %s: unknown setting %q", path, key)
		if near := spelling.Nearest(key, known); near != "" {
			err = fmt.Errorf("%w; did you mean %q?", err, near)
		}
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// visit calls f with each command below cmd.
func visit(cmd *cobra.Command, f func(*cobra.Command)) {
	for _, c := range cmd.Commands() {
		f(c)
		visit(c, f)
	}
}
