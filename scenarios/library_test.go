package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryScenarioOfTheLibraryRuns(t *testing.T) {
	entries := Library()
	require.GreaterOrEqual(t, len(entries), 5)
	for _, e := range entries {
		t.Run(e.Name, func(t *testing.T) {
			assert.NotEmpty(t, e.Description)
			file, err := Load(e.Name)
			require.NoError(t, err)
			all, err := file.All(nil)
			require.NoError(t, err)
			for _, s := range all {
				assert.Equal(t, e.Name, s.Name)
				r := runScenario(t, s, Options{Check: true})
				for _, x := range r.Summary.Expectations {
					assert.True(t, x.Holds, "%s: %s is %v", s.Variant, x.Metric, x.Value)
				}
			}
		})
	}
}
