package report

import "math"

// waitingStep is a step of a distribution of waiting times as people read it.
type waitingStep struct {
	title string
	upTo  float64 // seconds, included
	count int64
}

// waitingBounds are the steps in which waiting times are shown: people tell a
// second from a minute, not 61 s from 62 s.
var waitingBounds = []waitingStep{
	{title: "not at all", upTo: 0},
	{title: "up to 1 s", upTo: 1},
	{title: "1 s to 10 s", upTo: 10},
	{title: "10 s to 1 min", upTo: 60},
	{title: "1 to 5 min", upTo: 5 * 60},
	{title: "5 to 15 min", upTo: 15 * 60},
	{title: "15 min to 1 h", upTo: 3600},
	{title: "1 to 4 h", upTo: 4 * 3600},
	{title: "4 h to 1 d", upTo: 24 * 3600},
	{title: "1 to 7 d", upTo: 7 * 24 * 3600},
	{title: "longer", upTo: math.Inf(1)},
}

// waitingSteps sorts a distribution into the steps, by the middle of each of
// its intervals.
func waitingSteps(counts []WaitingCount) []waitingStep {
	steps := append([]waitingStep(nil), waitingBounds...)
	for _, c := range counts {
		middle := (c.Low + c.High) / 2
		for i := range steps {
			if middle <= steps[i].upTo {
				steps[i].count += c.Count
				break
			}
		}
	}
	return steps
}

// trimSteps leaves out the empty steps before the first and after the last
// that has tasks.
func trimSteps(steps []waitingStep) []waitingStep {
	for len(steps) > 0 && steps[0].count == 0 {
		steps = steps[1:]
	}
	for len(steps) > 0 && steps[len(steps)-1].count == 0 {
		steps = steps[:len(steps)-1]
	}
	return steps
}
