package spelling

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"cluster", "clusterr", 1}, // one letter too many
		{"cpu", "cup", 1},          // exchanged
		{"kitten", "sitting", 3},
		{"größe", "große", 1},
		{strings.Repeat("a", 65), "a", 64},
	} {
		assert.Equal(t, c.want, Distance(c.a, c.b), "%s and %s", c.a, c.b)
		assert.Equal(t, c.want, Distance(c.b, c.a), "%s and %s", c.b, c.a)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"cluster", "jobs", "name", "region"}
	assert.Equal(t, "cluster", Nearest("clusterr", names))
	assert.Equal(t, "jobs", Nearest("Job", names))
	assert.Empty(t, Nearest("placementStrategy", names))
	assert.Empty(t, Nearest("x", []string{"y"}), "all of it would be wrong")
}
