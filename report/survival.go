package report

import (
	"math"

	"berth/sim"
	"berth/sim/cluster"
)

// Surviving is a point of the survival of tasks: the share that is not
// interrupted before an age, and how many tasks became that old.
type Surviving struct {
	Age   sim.Time
	Share float64
	Tasks int64
}

// survival counts how old tasks on Spot capacity became, in steps of age that
// widen by a quarter of a power of two.
type survival struct {
	interrupted, others [survivalSteps]int64
}

const (
	survivalSteps = 96
	survivalUnit  = 30 * sim.Second // the first step
	perDoubling   = 4
)

func (s *survival) restart() { *s = survival{} }

// stepOf returns the step of an age. The first one is from 0 to the unit.
func stepOf(age sim.Time) int {
	if age < survivalUnit {
		return 0
	}
	step := 1 + int(math.Log2(float64(age)/float64(survivalUnit))*perDoubling)
	// The logarithm may be off by a hair at the edges.
	for step > 1 && age < stepStart(step) {
		step--
	}
	for step < survivalSteps-1 && age >= stepStart(step+1) {
		step++
	}
	return min(step, survivalSteps-1)
}

// stepStart returns the age with which a step begins, in whole milliseconds.
func stepStart(step int) sim.Time {
	if step == 0 {
		return 0
	}
	return sim.Time(math.Round(float64(survivalUnit/sim.Millisecond)*math.Exp2(float64(step-1)/perDoubling))) * sim.Millisecond
}

// end counts a task that ended at an age, interrupted or otherwise.
func (s *survival) end(age sim.Time, interrupted bool) {
	if interrupted {
		s.interrupted[stepOf(age)]++
	} else {
		s.others[stepOf(age)]++
	}
}

// curve is the life table of the tasks: at each age at which one was interrupted
// the share that survived it. Tasks that ended otherwise were at risk until then, on the
// mean for half of the step in which they ended.
//
// Source: E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete
// Observations", 1958, in the form for grouped ages (the actuarial estimate).
func (s *survival) curve() []Surviving {
	var atRisk int64
	last := -1
	for i := range s.interrupted {
		atRisk += s.interrupted[i] + s.others[i]
		if s.interrupted[i]+s.others[i] > 0 {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	share := 1.0
	curve := []Surviving{{0, 1, atRisk}}
	for i := 0; i <= last; i++ {
		if risk := float64(atRisk) - float64(s.others[i])/2; risk > 0 {
			share *= 1 - min(1, float64(s.interrupted[i])/risk)
		}
		atRisk -= s.interrupted[i] + s.others[i]
		curve = append(curve, Surviving{stepStart(i + 1), share, atRisk})
	}
	return curve
}

// survive follows a task that ends, if it had its place on Spot capacity.
func (r *Recorder) survive(t *cluster.Task, interrupted bool) {
	if r.cluster.Kind(r.cluster.Instance(t.Instance).Kind).Spot {
		r.capacity.survival.end(r.now-t.Placed(), interrupted)
	}
}
