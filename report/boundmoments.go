package report

import (
	"berth/sim"
	"berth/sim/cluster"
)

// moments remembers what ran on instances when most was reserved of each
// resource: CPU, memory, GPUs.
//
// A moment is the time between two changes. The tasks that ran in it are those
// that started before its end and did not end before it: each of them still has
// to end, or runs at the end of the run. So they are counted as they end, in
// the slots of their classes, and nothing has to be remembered for those
// moments that turn out not to be the busiest.
type moments struct {
	warmup sim.Time
	last   sim.Time       // of the last change
	load   cluster.Vector // reserved since then
	peaks  [3]peak
	until  sim.Time // the latest of theirs
}

// peak is the busiest moment so far of one resource.
type peak struct {
	load  int64
	until sim.Time // its end; 0 where there was none
	stamp uint32   // of the moment: counts of another do not count
	moved map[taskKind]int64
}

// taskKind is what decides where a task can be and what it takes.
type taskKind struct {
	demand cluster.Vector
	pool   cluster.PoolID
}

// crowd is how many tasks of a class ran at the busiest moments.
type crowd [3]struct {
	stamp uint32
	tasks int32
}

func amounts(v *cluster.Vector) [3]int64 { return [3]int64{v.CPU, v.Memory, v.GPU} }

// advance looks at the moment that ends now.
func (m *moments) advance(now sim.Time) {
	if now == m.last {
		return
	}
	m.last = now
	if now <= m.warmup {
		return
	}
	for r, load := range amounts(&m.load) {
		if p := &m.peaks[r]; load > p.load {
			p.load, p.until, m.until = load, now, now
			p.stamp++
			clear(p.moved)
		}
	}
}

// started adds a task on an instance.
func (m *moments) started(now sim.Time, demand *cluster.Vector) {
	m.advance(now)
	m.load = m.load.Add(*demand)
}

// ended takes a task away and counts it where it ran at a busiest moment.
func (m *moments) ended(now, started sim.Time, demand *cluster.Vector, c *crowd) {
	m.advance(now)
	m.load = m.load.Sub(*demand)
	if started >= m.until { // most of them
		return
	}
	for r := range m.peaks {
		if p := &m.peaks[r]; started < p.until {
			if c[r].stamp != p.stamp {
				c[r].stamp, c[r].tasks = p.stamp, 0
			}
			c[r].tasks++
		}
	}
}

// move keeps the counts of a class whose slot another one gets.
func (m *moments) move(class *cluster.Class, c *crowd) {
	for r := range m.peaks {
		p := &m.peaks[r]
		if c[r].stamp != p.stamp || c[r].tasks == 0 {
			continue
		}
		if p.moved == nil {
			p.moved = map[taskKind]int64{}
		}
		p.moved[taskKind{class.Demand, class.Pool}] += int64(c[r].tasks)
	}
	*c = crowd{}
}
