package query

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// groups are the task groups of all tests, and host hosts some of them.
var groups = []string{"family:etl", "family:database", "service:production", "service:web", "service:database"}

// host is an instance of a test.
type host struct {
	attributes map[string]string
	id         string
	registered time.Time
	running    int64
	hosted     [5]bool // by number in groups
	version    string
	connected  bool
}

func (h *host) Attribute(name string) (string, bool) {
	value, ok := h.attributes[name]
	return value, ok
}
func (h *host) ID() string              { return h.id }
func (h *host) RegisteredAt() time.Time { return h.registered }
func (h *host) RunningTasks() int64     { return h.running }
func (h *host) Runs(group int) bool     { return h.hosted[group] }
func (h *host) AgentVersion() string    { return h.version }
func (h *host) AgentConnected() bool    { return h.connected }

func (h *host) known() Known {
	return Known{Attribute: h.Attribute, AgentVersion: h.version, AgentConnected: h.connected}
}

var _ Instance = (*host)(nil)

// example is a t2.small in us-east-1b that hosts one task of
// service:production.
func example() *host {
	return &host{
		attributes: map[string]string{
			"ecs.instance-type":     "t2.small",
			"ecs.availability-zone": "us-east-1b",
			"stack":                 "prod west",
		},
		id:         "i-abcd1234",
		registered: time.Date(2018, 6, 18, 22, 28, 28, 0, time.UTC),
		running:    1,
		hosted:     [5]bool{2: true},
		version:    "1.14.5",
		connected:  true,
	}
}

func mustParse(t require.TestingT, text string) *Expression {
	e, err := parse(text)
	require.NoError(t, err, text)
	return e
}

// Source: Amazon ECS developer guide, "Cluster query language", Example
// expressions, all of them. The others are of the same page's tables.
func TestMatches(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{`attribute:ecs.instance-type == t2.small`, true},
		{`attribute:ecs.availability-zone in [us-east-1a, us-east-1b]`, true},
		{`attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d`, false},
		{`task:group == service:production`, true},
		{`not(task:group == database)`, true},
		{`runningTasksCount == 1`, true},
		{`agentVersion < 1.14.5`, false},
		{`registeredAt < 2018-02-13`, false},
		{`ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']`, true},

		// Operators of attributes and their words.
		{`attribute:ecs.instance-type equals t2.small`, true},
		{`attribute:ecs.instance-type==t2.small`, true},
		{`attribute:ecs.instance-type == T2.small`, false},
		{`attribute:ecs.instance-type != t2.small`, false},
		{`attribute:ecs.instance-type not_equals t2.micro`, true},
		{`attribute:ecs.instance-type in [t2.small]`, true},
		{`attribute:ecs.instance-type in[t2.micro,t2.medium]`, false},
		{`attribute:ecs.instance-type !in [t2.micro, "t2.small"]`, false},
		{`attribute:ecs.instance-type not_in [ t2.micro ]`, true},
		{`attribute:ecs.instance-type =~ t2.*`, true},
		{`attribute:ecs.instance-type =~ t2`, false}, // the whole value
		{`attribute:ecs.instance-type =~ m5|t2.small`, true},
		{`attribute:ecs.instance-type =~ m5|t2`, false},
		{`attribute:ecs.instance-type matches [mt]\d.{4,6}`, true},
		{`attribute:ecs.instance-type =~ '(m5|t2)\..*'`, true},
		{`attribute:ecs.instance-type !~ t2.*`, false},
		{`attribute:ecs.instance-type not_matches m6i.*`, true},
		{`attribute:ecs.instance-type exists`, true},
		{`attribute:ecs.instance-type !exists`, false},
		{`attribute:ecs.instance-type not_exists`, false},
		{`attribute:stack == 'prod west'`, true},
		{`attribute:stack == "prod west"`, true},
		{`attribute:stack == prod`, false},

		// An attribute that is absent.
		{`attribute:none == ''`, false},
		{`attribute:none != ''`, true},
		{`attribute:none in [a]`, false},
		{`attribute:none !in [a]`, true},
		{`attribute:none =~ .*`, false},
		{`attribute:none !~ .*`, true},
		{`attribute:none exists`, false},
		{`attribute:none !exists`, true},

		// Task groups, by their whole names.
		{`task:group == production`, false},
		{`task:group != service:production`, false},
		{`task:group != service:web`, true},
		{`task:group in [service:web, service:production]`, true},
		{`task:group !in [service:web, family:etl]`, true},
		{`task:group =~ service:.*`, true},
		{`task:group =~ service`, false},
		{`task:group !~ service:.*`, false},
		{`task:group !~ family:.*`, true},
		{`task:group exists`, true},
		{`task:group !exists`, false},
		{`task:group == service:nobody`, false},
		{`task:group != service:nobody`, true},

		{`ec2InstanceId == i-abcd1234`, true},
		{`ec2InstanceId != i-abcd1234`, false},
		{`ec2InstanceId !in [i-abcd1234]`, false},
		{`ec2InstanceId =~ i-a.*`, true},
		{`ec2InstanceId !~ i-a.*`, false},

		{`agentConnected == true`, true},
		{`agentConnected != 'true'`, false},
		{`agentConnected in [true, false]`, true},
		{`agentConnected !in [false]`, true},
		{`agentConnected =~ t.*`, true},
		{`agentConnected !~ t.*`, false},

		// By numbers: 14 is more than 9, and what is missing is zero.
		{`agentVersion == 1.14.5`, true},
		{`agentVersion equals 1.14.5.0`, true},
		{`agentVersion == 1.14`, false},
		{`agentVersion != 1.14.6`, true},
		{`agentVersion > 1.9.5`, true},
		{`agentVersion greater_than 1.14`, true},
		{`agentVersion > 1.14.5`, false},
		{`agentVersion >= 1.14.5`, true},
		{`agentVersion greater_than_equal 2`, false},
		{`agentVersion less_than 1.14.5.1`, true},
		{`agentVersion <= 1.014.05`, true},
		{`agentVersion less_than_equal 1.14.4`, false},

		// The instance was registered at 22:28:28 on 18 June 2018, UTC.
		{`registeredAt == 2018-06-18T22:28:28+00:00`, true},
		{`registeredAt == 2018-06-18T22:28:28Z`, true},
		{`registeredAt == 2018-06-18T22:28:28`, true},
		{`registeredAt == 2018-06-18T18:28:28-04:00`, true},
		{`registeredAt == 2018-06-18`, false},
		{`registeredAt > 2018-06-18`, true},
		{`registeredAt < 2018-06-19`, true},
		{`registeredAt != 2018-06-19`, true},
		{`registeredAt >= '2018-06-18T22:28:29'`, false},
		{`registeredAt <= 2018-06-18T22:28:28`, true},

		{`runningTasksCount equals 01`, true},
		{`runningTasksCount != 1`, false},
		{`runningTasksCount > 0`, true},
		{`runningTasksCount>=2`, false},
		{`runningTasksCount<5`, true},
		{`runningTasksCount <= 9223372036854775807`, true},

		// Compounds: and before or, not before both and after comparisons.
		{`runningTasksCount == 1 or runningTasksCount == 1 and runningTasksCount == 2`, true},
		{`(runningTasksCount == 1 or runningTasksCount == 1) and runningTasksCount == 2`, false},
		{`runningTasksCount == 2 && runningTasksCount == 1 || runningTasksCount == 1`, true},
		{`not runningTasksCount == 2 and runningTasksCount == 1`, true},
		{`not runningTasksCount == 1 or runningTasksCount == 1`, true},
		{`!(runningTasksCount == 1 || runningTasksCount == 1)`, false},
		{`!!attribute:stack exists`, true},
		{`not not not attribute:stack exists`, false},
		{`((attribute:stack exists))`, true},
		{`attribute:stack exists&&!attribute:none exists`, true},
		{"\tattribute:stack\nexists\r\n", true},
		{`attribute:stack == a||runningTasksCount==1`, true},
		{`attribute:stack == 'a'or runningTasksCount==1`, true},
	} {
		e, err := Parse(c.text)
		if assert.NoError(t, err, c.text) {
			assert.Equal(t, c.want, e.Bind(groups).Matches(example()), c.text)
		}
	}
}

// Without a version != is true, as with an attribute that is absent.
func TestMatchesWithoutAVersion(t *testing.T) {
	for _, text := range []string{"", "latest", "1.", "1.2-beta", "v1.2", "99999999999999999999"} {
		h := example()
		h.version = text
		for _, o := range ordered {
			e := mustParse(t, "agentVersion "+o.String()+" 1.14.5")
			assert.Equal(t, o == notEquals, e.Bind(nil).Matches(h), "%q: %s", text, e)
		}
	}
}

func TestString(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`attribute:a equals b`, `attribute:a == b`},
		{`attribute:a not_in['b',"c d"]`, `attribute:a !in [b, 'c d']`},
		{`attribute:a == ''`, `attribute:a == ''`},
		{`attribute:a == 'and'`, `attribute:a == 'and'`},
		{`attribute:a == "it's"`, `attribute:a == "it's"`},
		{`attribute:a == 'a,b'`, `attribute:a == 'a,b'`},
		{`attribute:a =~ 'a{1,2}'`, `attribute:a =~ a{1,2}`},
		{`attribute:a =~ 'a||b'`, `attribute:a =~ 'a||b'`},
		{`attribute:a =~ "(a|b)"`, `attribute:a =~ '(a|b)'`},
		{`attribute:a not_exists`, `attribute:a !exists`},
		{`agentVersion greater_than_equal '1.2'`, `agentVersion >= 1.2`},
		{`!task:group==x`, `not(task:group == x)`},
		{`!!(task:group==x)`, `not(not(task:group == x))`},
		{`attribute:a exists&&attribute:b exists||attribute:c exists`, `(attribute:a exists and attribute:b exists) or attribute:c exists`},
		{`attribute:a exists and (attribute:b exists or attribute:c exists)`, `attribute:a exists and (attribute:b exists or attribute:c exists)`},
		{`attribute:a exists and (attribute:b exists and attribute:c exists)`, `attribute:a exists and attribute:b exists and attribute:c exists`},
		{`not(attribute:a exists or attribute:b exists)`, `not(attribute:a exists or attribute:b exists)`},
		{`not attribute:a exists or attribute:b exists`, `not(attribute:a exists) or attribute:b exists`},
	} {
		e := mustParse(t, c.text)
		assert.Equal(t, c.want, e.String())
		assert.Equal(t, e, mustParse(t, e.String()), c.text)
	}
}

func TestAttributes(t *testing.T) {
	e := mustParse(t, `attribute:b == 1 or not(attribute:a in [x] and attribute:c exists) or attribute:b !exists or task:group == attribute:d`)
	assert.Equal(t, []string{"a", "b", "c"}, e.Attributes())
	assert.Equal(t, []string{"a", "b"}, e.AttributesCompared())
	assert.Empty(t, mustParse(t, `runningTasksCount < 1`).Attributes())
}

func TestStatic(t *testing.T) {
	kind := example().known()
	for _, c := range []struct {
		text string
		want Truth
	}{
		{`attribute:ecs.instance-type == t2.small`, True},
		{`attribute:ecs.instance-type != t2.small`, False},
		{`attribute:none exists`, False},
		{`agentVersion >= 1.14`, True},
		{`agentConnected == false`, False},
		{`ec2InstanceId == i-abcd1234`, Unknown},
		{`registeredAt > 2018-06-18`, Unknown},
		{`runningTasksCount < 5`, Unknown},
		{`task:group exists`, Unknown},
		{`not(task:group exists)`, Unknown},
		{`not(attribute:none exists)`, True},
		{`task:group exists and attribute:stack exists`, Unknown},
		{`task:group exists and attribute:none exists`, False},
		{`attribute:none exists and task:group exists`, False},
		{`task:group exists or attribute:stack exists`, True},
		{`task:group exists or attribute:none exists`, Unknown},
		{`not(task:group exists and attribute:none exists)`, True},
	} {
		assert.Equal(t, c.want, mustParse(t, c.text).Static(kind), c.text)
	}
	assert.Equal(t, False, mustParse(t, `attribute:a exists`).Static(Known{}), "nothing has no attributes")
	assert.Equal(t, "false true unknown", False.String()+" "+True.String()+" "+Unknown.String())
}

func TestBind(t *testing.T) {
	for _, c := range []struct {
		text   string
		groups []int
		counts bool
		opens  bool
	}{
		{`attribute:a == b`, nil, false, false},
		{`ec2InstanceId == i-0 or registeredAt > 2018-06-18 or agentVersion > 1 or agentConnected == true`, nil, false, false},
		{`task:group == service:web`, []int{3}, false, true},
		{`task:group != service:web`, []int{3}, false, false},
		{`not(task:group == service:web)`, []int{3}, false, false},
		{`not(task:group != service:web)`, []int{3}, false, true},
		{`task:group in [service:web, family:etl, service:web]`, []int{0, 3}, false, true},
		{`task:group !in [service:web]`, []int{3}, false, false},
		{`task:group =~ .*:database`, []int{1, 4}, false, true},
		{`task:group !~ .*:database`, []int{1, 4}, false, false},
		{`task:group exists`, []int{0, 1, 2, 3, 4}, false, true},
		{`task:group !exists`, []int{0, 1, 2, 3, 4}, false, false},
		{`task:group == nobody`, nil, false, false}, // false for ever
		{`task:group == service:web and task:group == family:etl`, []int{0, 3}, false, true},
		{`not(task:group == service:web or task:group == service:web)`, []int{3}, false, false},

		// A start makes n+1 of n, n ≥ 0.
		{`runningTasksCount < 5`, nil, true, false},
		{`not(runningTasksCount < 5)`, nil, true, true},
		{`not(runningTasksCount < 0)`, nil, true, false}, // always true
		{`runningTasksCount <= 0`, nil, true, false},
		{`not(runningTasksCount <= 0)`, nil, true, true},
		{`runningTasksCount >= 1`, nil, true, true},
		{`runningTasksCount >= 0`, nil, true, false}, // always true
		{`not(runningTasksCount >= 1)`, nil, true, false},
		{`runningTasksCount > 0`, nil, true, true},
		{`not(runningTasksCount > 0)`, nil, true, false},
		{`runningTasksCount == 1`, nil, true, true},
		{`runningTasksCount == 0`, nil, true, false},
		{`not(runningTasksCount == 0)`, nil, true, true},
		{`runningTasksCount != 1`, nil, true, true},
		{`not(runningTasksCount != 0)`, nil, true, false},
		{`task:group != service:web and runningTasksCount < 5`, []int{3}, true, false},
		{`task:group != service:web and runningTasksCount > 5`, []int{3}, true, true},
	} {
		b := mustParse(t, c.text).Bind(groups)
		assert.Equal(t, c.groups, b.Groups(), c.text)
		assert.Equal(t, c.counts, b.CountsTasks(), c.text)
		assert.Equal(t, c.opens, b.StartsCanOpen(), c.text)
	}
}

func TestMatchesAllocatesNothing(t *testing.T) {
	e := mustParse(t, `not(task:group =~ family:.* or ec2InstanceId in [i-0]) and attribute:ecs.instance-type =~ '(m5|t2)\..*'
		and agentVersion != 1.14 and agentConnected == true and registeredAt > 2018-06-18 and runningTasksCount < 5`)
	b, h := e.Bind(groups), example()
	require.True(t, b.Matches(h))
	assert.Zero(t, testing.AllocsPerRun(100, func() { b.Matches(h) }))
	h.version = ""
	assert.Zero(t, testing.AllocsPerRun(100, func() { b.Matches(h) }))
}

// A part of a version is a number of 64 bits.
func TestParseNumber(t *testing.T) {
	n, ok := parseNumber("18446744073709551600")
	assert.True(t, ok)
	assert.Equal(t, uint64(math.MaxUint64-15), n)
	for _, digits := range []string{"", "-1", "+1", "1e3", "99999999999999999999"} {
		_, ok := parseNumber(digits)
		assert.False(t, ok, digits)
	}
}

func TestLength(t *testing.T) {
	long := func(n int) string {
		return "attribute:a == '" + strings.Repeat("é", n-len("attribute:a == ''")) + "'"
	}
	_, err := Parse(long(MaxLength))
	assert.NoError(t, err)
	_, err = Parse(long(MaxLength + 1))
	var bad *SyntaxError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, 2001, bad.Character)
	assert.Equal(t, len(long(MaxLength+1))-1, bad.Offset)

	// Deep nesting, which the canonical spelling makes longer than the limit.
	deep := strings.Repeat("!(", 600) + "attribute:a exists" + strings.Repeat(")", 600)
	e, err := Parse(deep)
	require.NoError(t, err)
	assert.Equal(t, e, mustParse(t, e.String()))
}

func BenchmarkMatches(b *testing.B) {
	for _, text := range []string{
		`not(task:group == service:database)`,
		`attribute:ecs.instance-type =~ t2.* and attribute:ecs.availability-zone in [us-east-1a, us-east-1b]`,
	} {
		b.Run(text[:10], func(b *testing.B) {
			bound, h := mustParse(b, text).Bind(groups), example()
			for b.Loop() {
				bound.Matches(h)
			}
		})
	}
}

// Every spelling is of one operator, and every operator of some subject.
func TestSpellings(t *testing.T) {
	var all []string
	for o, spellings := range operators {
		all = append(all, spellings...)
		used := false
		for _, s := range subjects {
			used = used || slices.Contains(s.operators, operator(o))
		}
		assert.True(t, used, spellings[0])
	}
	slices.Sort(all)
	assert.Len(t, slices.Compact(all), 22)
}
