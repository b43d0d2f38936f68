package ecs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Source: Amazon ECS developer guide, "Amazon ECS capacity providers": base is
// satisfied first, weights divide the rest in proportion.
func TestDivisionFollowsBaseAndWeight(t *testing.T) {
	for _, c := range []struct {
		name   string
		shares []Share
		tasks  int
		want   []int
	}{
		{"equal weights: half and half", []Share{{0, 1}, {0, 1}}, 10, []int{5, 5}},
		{"1 to 4: for every task here, four there", []Share{{0, 1}, {0, 4}}, 10, []int{2, 8}},
		// 2 first, then 8 in the ratio 1:3.
		{"base 2, then 1 to 3", []Share{{2, 1}, {0, 3}}, 10, []int{4, 6}},
		{"base not full", []Share{{0, 1}, {5, 1}}, 3, []int{0, 3}},
		{"weight 0 takes nothing beyond its base", []Share{{1, 0}, {0, 1}}, 4, []int{1, 3}},
	} {
		d, err := NewDivision(c.shares)
		require.NoError(t, err, c.name)
		got := make([]int, len(c.shares))
		for range c.tasks {
			got[d.Next()]++
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

// Of four tasks two are on each side; with one of the first gone, the next goes
// there.
func TestDivisionFillsTheGapOfATaskThatHasGone(t *testing.T) {
	d, err := NewDivision([]Share{{Weight: 1}, {Weight: 1}})
	require.NoError(t, err)
	for range 5 {
		d.Next()
	}
	d.Release(0)
	d.Release(0)
	assert.Equal(t, []int{0, 0, 1}, []int{d.Next(), d.Next(), d.Next()})
}

func TestDivisionRefusesWhatECSRefuses(t *testing.T) {
	for _, shares := range [][]Share{nil, {{0, 0}}, {{1, 1}, {1, 1}}, {{-1, 1}}, {{0, 1001}}} {
		_, err := NewDivision(shares)
		assert.Error(t, err, "%v", shares)
	}
}

// The first two tasks go to FARGATE, then three of four to FARGATE_SPOT.
func ExampleDivision() {
	division, err := NewDivision([]Share{{Base: 2, Weight: 1}, {Weight: 3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 10 {
		fmt.Print([]string{"F", "s"}[division.Next()], " ")
	}
	// Output: F F F s s s F s s s
}
