package scaling

import (
	"fmt"

	"berth/sim"
)

// Problem is what is wrong, or doubtful, with one field.
type Problem struct {
	// Path leads to the field from what was asked for its problems, in AWS's
	// names: "policies[1].stepAdjustments[0].metricIntervalLowerBound". It is
	// empty when the whole is meant.
	Path    string
	Message string
	Warning bool // it works, but hardly as meant
}

// Error returns the path and the message.
func (p Problem) Error() string {
	if p.Path == "" {
		return p.Message
	}
	return p.Path + ": " + p.Message
}

type problems []Problem

func (p *problems) add(path, format string, arguments ...any) {
	*p = append(*p, Problem{Path: path, Message: fmt.Sprintf(format, arguments...)})
}

func (p *problems) warn(path, format string, arguments ...any) {
	*p = append(*p, Problem{Path: path, Message: fmt.Sprintf(format, arguments...), Warning: true})
}

// below adds the problems of something that is found at a path.
func (p *problems) below(path string, of []Problem) {
	for _, one := range of {
		if one.Path == "" {
			one.Path = path
		} else {
			one.Path = path + "." + one.Path
		}
		*p = append(*p, one)
	}
}

// errors returns those that are no warnings.
func (p problems) errors() []error {
	var errs []error
	for _, one := range p {
		if !one.Warning {
			errs = append(errs, one)
		}
	}
	return errs
}

// cooldown adds what is wrong with a cooldown, beside the alarm that it waits
// for.
func (p *problems) cooldown(path string, cooldown sim.Time, alarm *Alarm) {
	switch {
	case cooldown < 0:
		p.add(path, "expected a duration from 0 on, found %v", cooldown)
	case cooldown < alarm.Period:
		p.warn(path, "%v is shorter than the period of the alarm %s (%v): there is no newer datapoint when it ends", words(cooldown), alarm.Name, words(alarm.Period))
	}
}
