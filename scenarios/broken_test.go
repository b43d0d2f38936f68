package scenarios_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/scenarios"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What a user sees for each way in which a file can be wrong. testdata/broken.txt
// holds, for each case, a name, a document and the errors it gives.
func TestBrokenScenarios(t *testing.T) { broken(t, "broken.txt") }

// broken compares what is wrong with the documents of a file with what it says.
func broken(t *testing.T, file string) {
	t.Chdir("testdata") // where the paths in the documents lead
	golden, err := os.ReadFile(file)
	require.NoError(t, err)
	var fresh strings.Builder
	cases := strings.Split(string(golden), "=== ")[1:]
	require.NotEmpty(t, cases)
	for _, c := range cases {
		name, rest, _ := strings.Cut(c, "\n")
		document, want, ok := strings.Cut(rest, "--- \n")
		require.True(t, ok, name)
		got := problems(document)
		fresh.WriteString("=== " + name + "\n" + document + "--- \n" + got)
		if !*update {
			t.Run(name, func(t *testing.T) { assert.Equal(t, want, got) })
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(fresh.String()), 0o644))
	}
}

// problems gives what is wrong with any variant of a document, a line for each.
func problems(document string) string {
	file, err := scenarios.LoadBytes("x.yaml", []byte(document))
	if err == nil {
		_, err = file.All(nil)
	}
	if err == nil {
		return "nothing is wrong\n"
	}
	return err.Error() + "\n"
}

func TestNoScenario(t *testing.T) {
	folder := t.TempDir()
	invalid := filepath.Join(folder, "latin1.yaml")
	require.NoError(t, os.WriteFile(invalid, []byte("name: x\nregion: \xe9\n"), 0o600))
	for _, c := range []struct{ name, arg, want string }{
		{"a folder", folder, "a folder; expected a scenario file"},
		{"nothing", "nosuchscenario", "neither such a file nor such a scenario"},
		{"nearly a library scenario", "batch-poison", `did you mean "batch-poisson"?`},
		{"another encoding", invalid, "latin1.yaml:2:9: expected UTF-8 text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := scenarios.Load(c.arg)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

// A document that grows without bound when its aliases are followed.
func TestBillionLaughs(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i, last := range "abcdefgh" {
		next := string("bcdefghi"[i])
		if i == 0 {
			last = 'a'
		}
		b.WriteString(next + "0: &" + next + "0 [" + strings.TrimSuffix(strings.Repeat("*"+string(last)+"0, ", 10), ", ") + "]\n")
	}
	_, err := scenarios.LoadBytes("x.yaml", []byte(b.String()))
	require.Error(t, err)
	assert.Contains(t, err.Error(), "once aliases are expanded")
}

func TestDeepNesting(t *testing.T) {
	for _, depth := range []int{200, 9000, 200_000} {
		_, err := scenarios.LoadBytes("x.yaml", []byte("jobs: "+strings.Repeat("[", depth)+strings.Repeat("]", depth)))
		require.Error(t, err)
		assert.Contains(t, err.Error(), "x.yaml:1:")
		assert.Less(t, len(err.Error()), 300)
	}
}
