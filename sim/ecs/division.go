package ecs

import (
	"errors"
	"fmt"
)

// Share is one capacity provider's part in a strategy.
type Share struct {
	Base   int // tasks that go here before any weight counts, 0 to 100,000
	Weight int // 0 to 1,000; the rest is divided in proportion
}

// Division divides tasks among capacity providers by base and weight.
//
// Bases come first, in the listed order. Each further task goes to the
// provider with the smallest (assigned − base) / weight, ties in the listed
// order. AWS describes the weights as a ratio and is silent on rounding; this
// rule reproduces every published ratio at whole multiples.
//
// Source: Amazon ECS API reference, CapacityProviderStrategyItem; Amazon ECS
// developer guide, "Amazon ECS capacity providers".
type Division struct {
	shares   []Share
	assigned []int64
}

// NewDivision returns the division of a strategy. It refuses what ECS refuses:
// figures out of range, more than one base, and weights that are all zero.
func NewDivision(shares []Share) (*Division, error) {
	if len(shares) == 0 {
		return nil, errors.New("a capacity provider strategy needs at least one provider")
	}
	bases, weights := 0, 0
	for _, s := range shares {
		if s.Base < 0 || s.Base > 100_000 {
			return nil, fmt.Errorf("base %d is outside 0 to 100000", s.Base)
		}
		if s.Weight < 0 || s.Weight > 1000 {
			return nil, fmt.Errorf("weight %d is outside 0 to 1000", s.Weight)
		}
		if s.Base > 0 {
			bases++
		}
		weights += s.Weight
	}
	if bases > 1 {
		return nil, errors.New("only one capacity provider of a strategy may have a base")
	}
	if weights == 0 {
		return nil, errors.New("at least one capacity provider of a strategy needs a weight above 0")
	}
	return &Division{shares: shares, assigned: make([]int64, len(shares))}, nil
}

// Next returns the index of the provider that gets the next task.
func (d *Division) Next() int {
	best := -1
	for i, s := range d.shares {
		if d.assigned[i] < int64(s.Base) {
			best = i
			break
		}
		if s.Weight == 0 {
			continue
		}
		// (a − base) / weight < (b − base) / weight, without division.
		if best < 0 || (d.assigned[i]-int64(s.Base))*int64(d.shares[best].Weight) <
			(d.assigned[best]-int64(d.shares[best].Base))*int64(s.Weight) {
			best = i
		}
	}
	d.assigned[best]++
	return best
}

// Release takes note that a task of the provider with the index has gone: the
// next one may take its place.
func (d *Division) Release(i int) { d.assigned[i]-- }

// fresh returns the division of the same strategy, of which no task is assigned.
func (d *Division) fresh() *Division {
	return &Division{shares: d.shares, assigned: make([]int64, len(d.shares))}
}
