package placement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim/cluster"
)

// Tasks of the group run on machines, some on each; which of them does a
// scale-in stop?
func TestVictim(t *testing.T) {
	four := []machine{
		{zone: "a", cpu: 8, gib: 32, mine: 1},
		{zone: "a", cpu: 8, gib: 16, mine: 2, used: [2]int64{4, 2}},
		{zone: "b", cpu: 8, gib: 8, mine: 2, used: [2]int64{6, 1}},
		{zone: "b", cpu: 4, gib: 64, mine: 2, used: [2]int64{2, 60}},
	}
	cases := []struct {
		name, source string
		chain        []Rule
		ties         TieBreak
		machines     []machine
		protected    []int // machines whose tasks may not be stopped
		want         []int // machines, of which chance takes one
		last         bool  // the task submitted last of them
	}{
		{
			// Zone a has three, zone b four.
			name: "spread: the zone with most", source: "ECS developer guide, services, replica",
			chain: []Rule{zones}, machines: four, want: []int{2, 3},
		},
		{
			name: "the zone with most, then the instance with most", source: "ECS developer guide, services, replica",
			chain:    []Rule{zones, hosts},
			machines: []machine{{zone: "a", cpu: 8, gib: 8, mine: 2}, {zone: "b", cpu: 8, gib: 8, mine: 1}, {zone: "b", cpu: 8, gib: 8, mine: 3}}, want: []int{2},
		},
		{
			// Zone b has four, but those on the last machine are protected.
			name: "tasks that may not be stopped count", source: "ECS developer guide, task scale-in protection",
			chain: []Rule{zones}, machines: four, protected: []int{3}, want: []int{2},
		},
		{
			// Free: 8, 4, 2 and 2 vCPU.
			name: "binpack cpu: most free afterwards", source: "ECS developer guide, task placement strategies",
			chain: []Rule{{"binpack", "cpu"}}, machines: four, want: []int{0},
		},
		{
			// Free: 32, 14, 7 and 4 GiB.
			name: "binpack memory, without the best", source: "ECS developer guide, task placement strategies",
			chain: []Rule{{"binpack", "memory"}}, machines: four, protected: []int{0}, want: []int{1}, last: true,
		},
		{
			// Zone b: 7 and 4 GiB free.
			name: "spread, then binpack", source: "ECS developer guide, task placement strategies",
			chain: []Rule{zones, {"binpack", "memory"}}, machines: four, want: []int{2}, last: true,
		},
		{
			name: "random", source: "ECS developer guide, task placement strategies",
			chain: []Rule{{"random", ""}}, machines: four, want: []int{0, 1, 2, 3},
		},
		{
			name: "the tie-break random", source: "stated choice",
			chain: []Rule{{"binpack", "cpu"}}, ties: Random, machines: four, protected: []int{0, 1}, want: []int{2, 3},
		},
		{
			// All free, so that best-fit comes last to it.
			name: "best-fit", source: "stated choice",
			chain: []Rule{{"best-fit", ""}}, machines: four, want: []int{0},
		},
		{
			// Dominant shares free: 1, 14/16, 7/8 and 2/4.
			name: "worst-fit", source: "stated choice",
			chain: []Rule{{"worst-fit", ""}}, machines: four, want: []int{3}, last: true,
		},
		{
			name: "power-of-d reverses what it compares by", source: "stated choice",
			chain: []Rule{{"power-of-d", ""}}, machines: four, want: []int{3}, last: true,
		},
		{
			name: "first-fit: launched last", source: "stated choice",
			chain: []Rule{{"first-fit", ""}}, machines: four, want: []int{3}, last: true,
		},
		{
			name: "no strategy is first fit", source: "stated choice",
			machines: four, want: []int{3}, last: true,
		},
		{
			name: "next-fit: launched last", source: "stated choice",
			chain: []Rule{zones, {"next-fit", ""}}, machines: four, protected: []int{3}, want: []int{2}, last: true,
		},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c, index, linear, _ := build(t, test.machines, Policy{Chain: test.chain, TieBreak: test.ties}, demand(0, 0, 0))
			var among, last []cluster.TaskID
			c.LiveTasks(func(id cluster.TaskID) {
				on := int(c.Task(id).Instance)
				if c.Class(c.Task(id).Class).Group != 0 || slices.Contains(test.protected, on) {
					return
				}
				among = append([]cluster.TaskID{id}, among...)
				if slices.Contains(test.want, on) {
					last = append(last, id)
				}
			})
			seen := map[int]bool{}
			for range 200 {
				id := index.Victim(0, among)
				require.Equal(t, linear.Victim(0, among), id)
				on := int(c.Task(id).Instance)
				require.Contains(t, test.want, on, test.source)
				seen[on] = true
				if test.last {
					require.Equal(t, last[len(last)-1], id, "submitted last")
				}
			}
			assert.Len(t, seen, len(test.want), "each is drawn")
		})
	}
}
