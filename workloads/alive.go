package workloads

import "berth/sim"

// alive is the demand of the rows that run at an instant, as if every task
// started when it was submitted. Its memory follows what runs, not the length
// of the trace.
type alive struct {
	ends []ending // a binary heap, the earliest end first
	load load
}

// load is a demand in sum. Its floats are whole numbers, exact up to 2⁵³: that
// is 70 billion vCPU.
type load struct {
	tasks, cpu, memory, gpu float64
}

type ending struct {
	at sim.Time
	load
}

func (a *alive) change(l load, sign float64) {
	a.load.tasks += sign * l.tasks
	a.load.cpu += sign * l.cpu
	a.load.memory += sign * l.memory
	a.load.gpu += sign * l.gpu
}

// start adds tasks that run from now until the given end.
func (a *alive) start(l load, end sim.Time) {
	a.change(l, 1)
	a.ends = append(a.ends, ending{end, l})
	h := a.ends
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].at <= h[i].at {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

// next is the earliest end, sim.Never if nothing runs.
func (a *alive) next() sim.Time {
	if len(a.ends) == 0 {
		return sim.Never
	}
	return a.ends[0].at
}

// end takes off the tasks that end at next.
func (a *alive) end() {
	h := a.ends
	a.change(h[0].load, -1)
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h[child].at < h[least].at {
				least = child
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	a.ends = h
}
