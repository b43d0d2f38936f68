package placement

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	names := strings.Join(slices.Sorted(maps.Keys(Builtin())), ", ")
	cases := []struct {
		name   string
		policy Policy
		want   []string // errors, one a line
	}{
		{"nothing", Policy{}, nil},
		{"chain", Policy{Chain: []Rule{{"spread", "attribute:ecs.availability-zone"}, {"spread", "HOST"}, {"binpack", "CPU"}, {"random", "ignored"}}}, nil},
		{
			"no such strategy",
			Policy{Chain: []Rule{{"binpak", "cpu"}}},
			[]string{`[0].type: unknown strategy "binpak"; did you mean "binpack"? There are ` + names},
		},
		{
			"nothing near",
			Policy{Chain: []Rule{{"simulated-annealing", ""}}},
			[]string{`[0].type: unknown strategy "simulated-annealing": there are ` + names},
		},
		{"fields", Policy{Chain: []Rule{{"binpack", "gpu"}, {"spread", "zone"}, {"spread", "attribute:"}, {"worst-fit", "cpu"}}}, []string{
			`[0].field: binpack on "gpu": expected cpu or memory`,
			`[1].field: spread over "zone": expected instanceId, host or attribute:NAME`,
			`[2].field: spread over attribute: without a name`,
			`[3].field: "cpu": this strategy takes no field`,
		}},
		{
			"not last",
			Policy{Chain: []Rule{{"random", ""}, {"binpack", "cpu"}}},
			[]string{`[0].type: random leaves no ties for the rules after it: it must be the last`},
		},
		{
			"next-fit must be last, power-of-d first",
			Policy{Chain: []Rule{{"next-fit", ""}, {"power-of-d", "4"}}},
			[]string{
				`[0].type: next-fit leaves no ties for the rules after it: it must be the last`,
				`[1].type: power-of-d says what the rules after it choose from: it must be the first`,
			},
		},
		{"a power of d", Policy{Chain: []Rule{{"power-of-d", "64"}, {"spread", "host"}, {"next-fit", ""}}}, nil},
		{"no power of d", Policy{Chain: []Rule{{"power-of-d", "65"}, {"binpack", "cpu"}}}, []string{
			`[0].field: power-of-d of "65": expected how many instances to compare, 1 to 64`,
		}},
		{
			"too many",
			Policy{Chain: []Rule{{"binpack", "cpu"}, {"binpack", "cpu"}, {"binpack", "cpu"}, {"binpack", "cpu"}, {"binpack", "cpu"}, {"binpack", "cpu"}}},
			[]string{"6 rules, but ECS takes at most 5"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.policy.Validate(nil)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			var joined interface{ Unwrap() []error }
			require.ErrorAs(t, err, &joined)
			var have []string
			for _, e := range joined.Unwrap() {
				have = append(have, e.Error())
			}
			assert.Equal(t, c.want, have)
		})
	}
	var rule *RuleError
	require.ErrorAs(t, Policy{Chain: []Rule{{"binpack", "cpu"}, {"spread", "zone"}}}.Validate(nil), &rule)
	assert.Equal(t, 1, rule.Rule)
	assert.Equal(t, "field", rule.Field)
	assert.Error(t, errors.Unwrap(rule))
}

func TestPolicyInWords(t *testing.T) {
	p := Policy{Chain: []Rule{{"spread", "instanceId"}, {"best-fit", ""}}, TieBreak: Random}
	assert.Equal(t, "spread(instanceId), best-fit; ties: random", p.String())
	for _, tie := range []TieBreak{Launched, Random} {
		back, err := ParseTieBreak(tie.String())
		require.NoError(t, err)
		assert.Equal(t, tie, back)
	}
	_, err := ParseTieBreak("oldest")
	assert.EqualError(t, err, `unknown tie-break "oldest": expected launched or random`)
}
