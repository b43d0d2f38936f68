package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// leaves are expressions that random hosts often differ about.
var leaves = []string{
	`attribute:a == x`, `attribute:a != x`, `attribute:a in [x, y]`, `attribute:a !in [x]`,
	`attribute:b =~ x|y`, `attribute:b !~ x`, `attribute:b exists`, `attribute:b !exists`,
	`agentConnected == true`, `agentVersion < 1.10`, `agentVersion != 1.9.0`,
	`ec2InstanceId == i-1`, `ec2InstanceId !~ i-[12]`,
	`registeredAt > 2018-06-18`, `registeredAt != 2018-06-19`,
	`runningTasksCount < 2`, `runningTasksCount <= 1`, `runningTasksCount == 0`, `runningTasksCount == 2`,
	`runningTasksCount != 0`, `runningTasksCount != 2`, `runningTasksCount > 0`, `runningTasksCount >= 2`,
	`runningTasksCount >= 0`, `runningTasksCount < 0`,
	`task:group == service:web`, `task:group != service:web`, `task:group in [family:etl, service:web]`,
	`task:group !in [service:database]`, `task:group =~ .*:database`, `task:group !~ family:.*`,
	`task:group exists`, `task:group !exists`, `task:group == nobody`, `task:group != nobody`,
}

// tree is an expression of a test, with its own evaluation.
type tree struct {
	joint string // "and", "or", "not", or "" for a leaf
	leaf  string
	below []tree
}

func anyTree(t *rapid.T, leaves []string, depth int) tree {
	joint := ""
	if depth > 0 {
		joint = rapid.SampledFrom([]string{"", "and", "or", "not"}).Draw(t, "joint")
	}
	if joint == "" {
		return tree{leaf: rapid.SampledFrom(leaves).Draw(t, "leaf")}
	}
	n := 1
	if joint != "not" {
		n = rapid.IntRange(2, 3).Draw(t, "terms")
	}
	out := tree{joint: joint}
	for range n {
		out.below = append(out.below, anyTree(t, leaves, depth-1))
	}
	return out
}

// truth evaluates the tree without any short cut.
func (n tree) truth(leaf func(string) bool) bool {
	if n.joint == "" {
		return leaf(n.leaf)
	}
	first := n.below[0].truth(leaf)
	if n.joint == "not" {
		return !first
	}
	for _, b := range n.below[1:] {
		second := b.truth(leaf)
		if n.joint == "and" {
			first = first && second
		} else {
			first = first || second
		}
	}
	return first
}

var tightness = map[string]int{"or": 1, "and": 2, "not": 3, "": 4}

// text writes the tree in any of its spellings, with few parentheses or with
// many.
func (n tree) text(t *rapid.T) string {
	term := func(b tree) string {
		text := b.text(t)
		if tightness[b.joint] < tightness[n.joint] || rapid.IntRange(0, 5).Draw(t, "parentheses") == 0 {
			return "(" + text + ")"
		}
		return text
	}
	other := map[string]string{"and": "&&", "or": "||", "not": "!"}
	joint := n.joint
	if rapid.Bool().Draw(t, "symbol") {
		joint = other[joint]
	}
	switch n.joint {
	case "":
		return n.leaf
	case "not":
		return joint + " " + term(n.below[0])
	}
	var terms []string
	for _, b := range n.below {
		terms = append(terms, term(b))
	}
	return strings.Join(terms, " "+joint+" ")
}

// Every expression is true exactly when its tree is, whatever of and, or, not
// and parentheses it was written with: for all 32 truths of five leaves.
func TestPrecedence(t *testing.T) {
	var five []string
	for n := range 5 {
		five = append(five, fmt.Sprintf("attribute:a%d exists", n))
	}
	rapid.Check(t, func(t *rapid.T) {
		n := anyTree(t, five, 4)
		text := n.text(t)
		e := mustParse(t, text)
		require.Equal(t, e, mustParse(t, e.String()), text)
		b := e.Bind(nil)
		for truths := range 1 << len(five) {
			h := &host{attributes: map[string]string{}}
			for k := range five {
				if truths>>k&1 == 1 {
					h.attributes[fmt.Sprint("a", k)] = ""
				}
			}
			want := n.truth(func(leaf string) bool {
				return truths>>slices.Index(five, leaf)&1 == 1
			})
			require.Equal(t, want, b.Matches(h), "%s for %05b", text, truths)
		}
	})
}

func anyHost(t *rapid.T) *host {
	h := &host{
		attributes: map[string]string{},
		version:    rapid.SampledFrom([]string{"", "1.9", "1.9.0", "1.10", "2"}).Draw(t, "version"),
		connected:  rapid.Bool().Draw(t, "connected"),
	}
	for _, name := range []string{"a", "b"} {
		if value := rapid.SampledFrom([]string{"none", "", "x", "y"}).Draw(t, name); value != "none" {
			h.attributes[name] = value
		}
	}
	happen(t, h)
	return h
}

// happen draws anew what is not the same for all instances of a kind.
func happen(t *rapid.T, h *host) {
	h.id = rapid.SampledFrom([]string{"i-1", "i-2", "i-3"}).Draw(t, "id")
	h.registered = time.Date(2018, 6, rapid.IntRange(17, 20).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
	h.running = int64(rapid.IntRange(0, 3).Draw(t, "running"))
	for g := range h.hosted {
		h.hosted[g] = rapid.Bool().Draw(t, "hosted")
	}
}

// What is true or false of a kind is so for each of its instances, whatever
// runs on them.
func TestStaticHoldsForEveryInstance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := mustParse(t, anyTree(t, leaves, 3).text(t))
		h := anyHost(t)
		static := e.Static(h.known())
		b := e.Bind(groups)
		for range 8 {
			happen(t, h)
			if static != Unknown {
				require.Equal(t, static == True, b.Matches(h), "%s of %+v", e, h)
			}
		}
	})
}

// Where a start cannot open an expression, none does; and a start changes
// nothing where neither its group nor the count is asked for.
func TestStartsCanOpenIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := mustParse(t, anyTree(t, leaves, 3).text(t))
		b := e.Bind(groups)
		h := anyHost(t)
		for range 8 {
			happen(t, h)
			before := b.Matches(h)
			group := rapid.IntRange(0, len(groups)-1).Draw(t, "group")
			h.hosted[group] = true
			h.running++
			after := b.Matches(h)
			if !b.StartsCanOpen() {
				require.False(t, !before && after, "%s was opened by a task of %s", e, groups[group])
			}
			if !b.CountsTasks() && !slices.Contains(b.Groups(), group) {
				require.Equal(t, before, after, "%s was changed by a task of %s", e, groups[group])
			}
		}
	})
}

// Of a single comparison, negated or not, StartsCanOpen is exact: where it says
// yes, there is a host that a start opens.
func TestStartsCanOpenIsExact(t *testing.T) {
	for _, leaf := range leaves {
		for _, text := range []string{leaf, "not(" + leaf + ")"} {
			b := mustParse(t, text).Bind(groups)
			opened := false
			for running := range int64(4) {
				for hosted := range 1 << len(groups) {
					for group := range groups {
						h := example()
						h.running = running
						for g := range groups {
							h.hosted[g] = hosted>>g&1 == 1
						}
						before := b.Matches(h)
						h.running++
						h.hosted[group] = true
						opened = opened || !before && b.Matches(h)
					}
				}
			}
			require.Equal(t, opened, b.StartsCanOpen(), text)
		}
	}
}
