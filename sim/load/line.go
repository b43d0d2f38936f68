package load

import (
	"math"

	"berth/sim"
)

// line is the requests that wait, in the order in which they came.
type line struct {
	cohorts []cohort
	head    int
}

// A cohort came over a time at a rate that moved evenly from first to last.
type cohort struct {
	from, to    sim.Time
	first, last float64 // requests per second
	units       Requests
}

// maxCohorts bounds what a line remembers. When there are more, neighbours are
// taken together: a line that long is hours old, and what is lost is minutes.
const maxCohorts = 1024

// join adds a cohort at the end. One that goes on as the last one did is part
// of it.
func (l *line) join(c cohort) {
	if c.units == 0 {
		return
	}
	if n := len(l.cohorts); n > l.head {
		if b := &l.cohorts[n-1]; b.to == c.from && b.first == b.last && b.last == c.first && c.first == c.last {
			b.to = c.to
			b.units += c.units
			return
		}
	}
	if len(l.cohorts) == cap(l.cohorts) && l.head > len(l.cohorts)/2 {
		l.cohorts = l.cohorts[:copy(l.cohorts, l.cohorts[l.head:])]
		l.head = 0
	}
	l.cohorts = append(l.cohorts, c)
	if len(l.cohorts)-l.head > maxCohorts {
		l.thin()
	}
}

// thin joins each two neighbours.
func (l *line) thin() {
	waiting := l.cohorts[l.head:]
	n := 0
	for i := 0; i < len(waiting); i += 2 {
		c := waiting[i]
		if i+1 < len(waiting) {
			d := waiting[i+1]
			c = cohort{c.from, d.to, c.first, d.last, c.units + d.units}
		}
		l.cohorts[n] = c
		n++
	}
	l.cohorts, l.head = l.cohorts[:n], 0
}

// drop takes requests away that came last.
func (l *line) drop(units Requests) {
	for units > 0 {
		n := len(l.cohorts) - 1
		c := &l.cohorts[n]
		if c.units > units {
			stay := 1 - float64(units)/float64(c.units)
			c.to, c.last = c.at(stay), c.rate(stay)
			c.units -= units
			return
		}
		units -= c.units
		l.cohorts = l.cohorts[:n]
	}
}

// clear takes all away.
func (l *line) clear() { l.cohorts, l.head = l.cohorts[:0], 0 }

// leave takes requests away from the first cohort.
func (l *line) leave(units Requests) {
	c := &l.cohorts[l.head]
	if units == c.units {
		if l.head++; l.head == len(l.cohorts) {
			l.clear()
		}
		return
	}
	gone := float64(units) / float64(c.units)
	c.from, c.first = c.at(gone), c.rate(gone)
	c.units -= units
}

// rate returns the rate at which the request came before which a share of the
// cohort had.
func (c *cohort) rate(share float64) float64 {
	square := float64(c.first * c.first)
	return math.Sqrt(square + float64((float64(c.last*c.last)-square)*share))
}

// at returns the instant at which a share of the cohort had come.
func (c *cohort) at(share float64) sim.Time {
	x := share
	if c.first != c.last {
		x *= (c.first + c.last) / (c.first + c.rate(share))
	}
	return c.from + sim.Time(min(x, 1)*float64(c.to-c.from))
}
