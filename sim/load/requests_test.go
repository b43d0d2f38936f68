package load

import (
	"math"
	"math/rand/v2"
	"slices"

	"berth/sim"
	"berth/sim/cluster"
)

// requests serves a load request by request: it draws when each comes and how
// long it takes, and knows nothing of fluids. Arrivals are a Poisson process of
// the rate of the load. A task that is taken away finishes what it works on.
type requests struct {
	Setup
	kernel             *sim.Kernel
	load               Load
	most               float64 // no rate is higher
	arrivals, services *rand.Rand
	arrive, leave      sim.Kind
	queues             []queue
	servers            int  // of a queue
	fewest             bool // a request joins the task with the fewest outstanding
	turn               int
	since, until       sim.Time
	rate, slope        float64
	from               sim.Time // what comes before is not counted
	offered, lost      int
	waits              []float64 // of those served, seconds
}

type queue struct {
	came []sim.Time // of those that wait
	head int
	busy int
}

func newRequests(setup Setup, load Load, most float64, seed uint64) *requests {
	r := &requests{
		Setup: setup, kernel: sim.NewKernel(), load: load, most: most,
		arrivals: sim.Stream(seed, "arrivals"), services: sim.Stream(seed, "services"),
	}
	r.leave = r.kernel.Register("leave", sim.Ending, false, func(now sim.Time, slot, _ uint32) {
		r.queues[slot].busy--
		r.serve(now, slot)
	})
	r.arrive = r.kernel.Register("arrive", sim.Arriving, false, r.onArrive)
	r.kernel.Schedule(0, r.arrive, 0, 1)
	return r
}

// resize has one line for all tasks, or one for each.
func (r *requests) resize(now sim.Time, tasks int) {
	if r.Balancing == SharedQueue && !r.fewest {
		if r.queues == nil {
			r.queues = make([]queue, 1)
		}
		r.servers = tasks * r.Setup.servers()
		r.serve(now, 0)
		return
	}
	r.queues, r.servers = make([]queue, tasks), r.Setup.servers()
}

// onArrive thins out arrivals at the highest rate.
func (r *requests) onArrive(now sim.Time, _, first uint32) {
	if now >= r.until {
		r.rate, r.slope, r.until = r.load.Rate(now)
		r.since = now
	}
	if first == 0 && r.arrivals.Float64()*r.most < r.rate+r.slope*(now-r.since).Seconds() {
		if now >= r.from {
			r.offered++
		}
		q := r.route()
		r.queues[q].came = append(r.queues[q].came, now)
		r.serve(now, q)
	}
	r.kernel.Schedule(now+sim.Time(r.arrivals.ExpFloat64()/r.most*1e9), r.arrive, 0, 0)
}

func (r *requests) route() uint32 {
	r.turn = (r.turn + 1) % len(r.queues)
	if !r.fewest {
		return uint32(r.turn)
	}
	best, least := 0, math.MaxInt
	for i := range r.queues {
		n := (r.turn + i) % len(r.queues)
		q := &r.queues[n]
		if outstanding := q.busy + len(q.came) - q.head; outstanding < least {
			best, least = n, outstanding
		}
	}
	return uint32(best)
}

func (r *requests) serve(now sim.Time, n uint32) {
	q := &r.queues[n]
	for q.busy < r.servers && q.head < len(q.came) {
		came := q.came[q.head]
		if q.head++; q.head == len(q.came) {
			q.came, q.head = q.came[:0], 0
		}
		wait := now - came
		if r.Timeout > 0 && wait > r.Timeout {
			if came >= r.from {
				r.lost++
			}
			continue
		}
		if came >= r.from {
			r.waits = append(r.waits, wait.Seconds())
		}
		q.busy++
		mean := float64(r.Setup.servers()) * r.CPUSeconds * cluster.VCPU / float64(r.CPU)
		r.kernel.Schedule(now+sim.Time(r.draw()*mean*1e9), r.leave, n, 0)
	}
}

// draw draws a time of mean 1.
func (r *requests) draw() float64 {
	switch r.CV {
	case 0:
		return 1
	case 1:
		return r.services.ExpFloat64()
	}
	variance := math.Log1p(r.CV * r.CV)
	return math.Exp(r.services.NormFloat64()*math.Sqrt(variance) - variance/2)
}

// backlog returns how many wait.
func (r *requests) backlog() (n int) {
	for i := range r.queues {
		n += len(r.queues[i].came) - r.queues[i].head
	}
	return n
}

func (r *requests) mean() float64 {
	var sum float64
	for _, w := range r.waits {
		sum += w
	}
	return sum / float64(len(r.waits))
}

func (r *requests) quantile(share float64) float64 {
	slices.Sort(r.waits)
	return r.waits[min(len(r.waits)-1, int(share*float64(len(r.waits))))]
}

// pieces is a load of points joined by lines; after the last it stays, or begins
// anew after a time.
type pieces struct {
	points []point
	repeat sim.Time
}

type point struct {
	at   sim.Time
	rate float64
}

func constant(rate float64) *pieces { return &pieces{points: []point{{0, rate}}} }

// steps returns pieces of constant rate.
func steps(points ...point) *pieces {
	p := &pieces{}
	for i, a := range points {
		if p.points = append(p.points, a); i+1 < len(points) {
			p.points = append(p.points, point{points[i+1].at, a.rate})
		}
	}
	return p
}

func (p *pieces) Rate(t sim.Time) (rate, slope float64, until sim.Time) {
	var turn sim.Time
	if p.repeat > 0 {
		turn = t - t%p.repeat
		t %= p.repeat
	}
	i := 0
	for i+1 < len(p.points) && p.points[i+1].at <= t {
		i++
	}
	a := p.points[i]
	if i+1 == len(p.points) {
		if p.repeat > 0 {
			return a.rate, 0, turn + p.repeat
		}
		return a.rate, 0, sim.Never
	}
	b := p.points[i+1]
	slope = (b.rate - a.rate) / (b.at - a.at).Seconds()
	return max(0, a.rate+slope*(t-a.at).Seconds()), slope, turn + b.at
}
