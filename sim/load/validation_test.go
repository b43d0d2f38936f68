package load

import (
	"fmt"
	"os"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// service is tasks of one vCPU that take 50 ms of it for a request.
func service(change func(*Setup)) Setup {
	s := Setup{CPU: cluster.VCPU, CPUSeconds: 0.05, Latency: 60 * sim.Millisecond, CV: 1}
	if change != nil {
		change(&s)
	}
	return s
}

// seeds is how many runs request by request are averaged.
const seeds = 2

type resize struct {
	at    sim.Time
	tasks int
}

// compared is what requests and fluid have in common.
type compared struct {
	wait, p50, p99 float64 // seconds; p50 and p99 of the response
	backlog, lost  float64 // requests at the end; share
}

type scene struct {
	name   string
	setup  Setup
	load   *pieces
	sizes  []resize
	from   sim.Time // the warm-up ends
	length sim.Time
	fewest bool
	// how far the fluid may be off: a share of the waits and of the p99, and of
	// the requests that came
	wait, p99, lost float64
}

func (c *scene) byRequest(t *testing.T) compared {
	var sum compared
	most := 0.0
	for _, p := range c.load.points {
		most = max(most, p.rate)
	}
	for seed := range seeds {
		r := newRequests(c.setup, c.load, most, uint64(seed+1))
		r.fewest, r.from = c.fewest, c.from
		next := r.kernel.Register("resize", sim.Capacity, false, func(now sim.Time, slot, _ uint32) { r.resize(now, int(slot)) })
		for _, z := range c.sizes {
			r.kernel.Schedule(z.at, next, uint32(z.tasks), 0)
		}
		require.NoError(t, r.kernel.Run(c.length))
		latency := c.setup.Latency.Seconds()
		sum.wait += r.mean()
		sum.p50 += latency + r.quantile(0.5)
		sum.p99 += latency + r.quantile(0.99)
		sum.backlog += float64(r.backlog())
		sum.lost += float64(r.lost) / float64(r.offered)
	}
	const n = float64(seeds)
	return compared{sum.wait / n, sum.p50 / n, sum.p99 / n, sum.backlog / n, sum.lost / n}
}

func (c *scene) byFluid(t *testing.T) compared {
	s, err := NewStation(c.setup, c.load)
	require.NoError(t, err)
	restarted := false
	for _, z := range c.sizes {
		if z.at >= c.from && !restarted {
			s.Restart(c.from)
			restarted = true
		}
		s.Resize(z.at, Size{Serving: z.tasks, Running: z.tasks})
	}
	if !restarted {
		s.Restart(c.from)
	}
	total, l := s.Total(c.length), timesOf(s, c.length)
	require.Equal(t, total.BacklogStart+total.Offered, total.Served+total.Lost+total.Backlog)
	require.EqualValues(t, total.Served, l.Count())
	return compared{
		wait: l.Sum().Float()/1e9/float64(l.Count()) - c.setup.Latency.Seconds(),
		p50:  l.Quantile(0.5).Seconds(), p99: l.Quantile(0.99).Seconds(),
		backlog: total.Backlog.Float(), lost: float64(total.Lost) / float64(total.Offered),
	}
}

func TestTheFluidFollowsRequests(t *testing.T) {
	const s, m, h = sim.Second, sim.Minute, sim.Hour
	fixed := func(n int) []resize { return []resize{{0, n}} }
	cv := func(cv float64) Setup { return service(func(s *Setup) { s.CV = cv }) }
	within := func(timeout sim.Time) Setup { return service(func(s *Setup) { s.Timeout = timeout }) }
	inTurn := func(cv float64) Setup { return service(func(s *Setup) { s.CV, s.Balancing = cv, RoundRobin }) }
	// A noisy hour around 80 %, again and again: of the 400/s of 20 tasks.
	noisy := &pieces{repeat: h}
	stream := sim.Stream(7, "noise")
	for i := range 60 {
		noisy.points = append(noisy.points, point{sim.Time(i) * m, 400 * min(1.15, max(0.4, 0.8+0.12*stream.NormFloat64()))})
	}
	burst := steps(point{0, 240}, point{10 * m, 480}, point{15 * m, 200}, point{30 * m, 240})
	scenes := []scene{
		{name: "M/M/1, 80 %", setup: cv(1), load: constant(16), sizes: fixed(1), from: m, length: 4 * h, wait: 0.05, p99: 0.1},
		{name: "M/M/4, 50 %", setup: cv(1), load: constant(40), sizes: fixed(4), from: m, length: h, wait: 0.05, p99: 0.1},
		{name: "M/M/4, 80 %", setup: cv(1), load: constant(64), sizes: fixed(4), from: m, length: 90 * m, wait: 0.05, p99: 0.1},
		{name: "M/M/4, 95 %", setup: cv(1), load: constant(76), sizes: fixed(4), from: m, length: 3 * h, wait: 0.1, p99: 0.15},
		{name: "M/M/20, 90 %", setup: cv(1), load: constant(360), sizes: fixed(20), from: m, length: 20 * m, wait: 0.05, p99: 0.1},
		{name: "M/M/100, 95 %", setup: cv(1), load: constant(1900), sizes: fixed(100), from: m, length: 5 * m, wait: 0.1, p99: 0.1},
		{name: "M/D/1, 80 %", setup: cv(0), load: constant(16), sizes: fixed(1), from: m, length: 4 * h, wait: 0.05, p99: 0.1},
		{name: "M/D/4, 80 %", setup: cv(0), load: constant(64), sizes: fixed(4), from: m, length: h, wait: 0.1, p99: 0.15},
		{name: "M/D/20, 90 %", setup: cv(0), load: constant(360), sizes: fixed(20), from: m, length: 20 * m, wait: 0.15, p99: 0.15},
		{name: "M/LN/1, cv 2, 80 %", setup: cv(2), load: constant(16), sizes: fixed(1), from: m, length: 8 * h, wait: 0.1, p99: 0.3},
		{name: "M/LN/4, cv 2, 80 %", setup: cv(2), load: constant(64), sizes: fixed(4), from: m, length: 2 * h, wait: 0.2, p99: 0.2},
		{name: "M/LN/20, cv 2, 90 %", setup: cv(2), load: constant(360), sizes: fixed(20), from: m, length: 30 * m, wait: 0.3, p99: 0.2},
		{name: "10 in turn, 70 %", setup: inTurn(1), load: constant(140), sizes: fixed(10), from: m, length: 30 * m, wait: 0.1, p99: 0.1},
		{name: "10 in turn, 90 %", setup: inTurn(1), load: constant(180), sizes: fixed(10), from: m, length: h, wait: 0.1, p99: 0.1},
		{name: "10 in turn, constant, 90 %", setup: inTurn(0), load: constant(180), sizes: fixed(10), from: m, length: 30 * m, wait: 0.4, p99: 0.1},
		{name: "10, the fewest outstanding, 90 %", setup: cv(1), load: constant(180), sizes: fixed(10), from: m, length: h, fewest: true, wait: 0.4, p99: 0.4},
		{name: "burst of 5 min to 120 %", setup: cv(1), load: burst, sizes: fixed(20), length: 30 * m, wait: 0.05, p99: 0.05},
		{name: "the same, 4 tasks more after 3 min", setup: cv(1), load: burst, sizes: []resize{{0, 20}, {13 * m, 24}}, length: 30 * m, wait: 0.1, p99: 0.1},
		{name: "the same, timeout 2 s", setup: within(2 * s), load: burst, sizes: fixed(20), length: 30 * m, wait: 0.05, p99: 0.05, lost: 0.002},
		{name: "overloaded by 30 %, timeout 1 s", setup: within(s), load: constant(520), sizes: fixed(20), from: m, length: 30 * m, wait: 0.05, p99: 0.05, lost: 0.002},
		{name: "20 at 98 %, timeout 1 s", setup: within(s), load: constant(392), sizes: fixed(20), from: m, length: 40 * m, wait: 0.25, p99: 0.2, lost: 0.005},
		{name: "2 at 95 %, timeout 1 s", setup: within(s), load: constant(38), sizes: fixed(2), from: m, length: 3 * h, wait: 0.4, p99: 0.4, lost: 0.02},
		{name: "20 tasks, 12 for 5 min, 300/s", setup: cv(1), load: constant(300), sizes: []resize{{0, 20}, {10 * m, 12}, {15 * m, 20}}, length: 30 * m, wait: 0.05, p99: 0.05},
		{name: "the same, timeout 1 s", setup: within(s), load: constant(300), sizes: []resize{{0, 20}, {10 * m, 12}, {15 * m, 20}}, length: 30 * m, wait: 0.1, p99: 0.05, lost: 0.002},
		{name: "no task for 1 min", setup: cv(1), load: constant(300), sizes: []resize{{0, 20}, {10 * m, 0}, {11 * m, 20}}, length: 30 * m, wait: 0.05, p99: 0.05},
		{name: "no task for 1 min, timeout 2 s", setup: within(2 * s), load: constant(300), sizes: []resize{{0, 20}, {10 * m, 0}, {11 * m, 20}}, length: 30 * m, wait: 0.8, p99: 0.1, lost: 0.003},
		{name: "noisy minutes, 20 tasks at 80 %", setup: cv(1), load: noisy, sizes: fixed(20), length: h, wait: 0.15, p99: 0.15},
		{name: "the same, timeout 2 s", setup: within(2 * s), load: noisy, sizes: fixed(20), length: h, wait: 0.2, p99: 0.2, lost: 0.002},
		{name: "overloaded to the end", setup: cv(1), load: constant(440), sizes: fixed(20), length: 30 * m, wait: 0.05, p99: 0.05},
	}
	if testing.Short() {
		t.Skip("a minute of processor time less")
	}
	rows := make([]string, len(scenes))
	t.Run("scenes", func(t *testing.T) {
		for i := range scenes {
			c := &scenes[i]
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				is, want := c.byFluid(t), c.byRequest(t)
				rows[i] = fmt.Sprintf("| %s\t| %.0f, %.0f\t| %.0f, %.0f\t| %.0f, %.0f\t| %.0f, %.0f\t| %.2f, %.2f\t|\n", c.name,
					1000*want.wait, 1000*is.wait, 1000*want.p50, 1000*is.p50, 1000*want.p99, 1000*is.p99,
					want.backlog, is.backlog, 100*want.lost, 100*is.lost)
				assert.InEpsilon(t, want.wait, is.wait, c.wait, "mean wait")
				assert.InEpsilon(t, want.p99, is.p99, c.p99, "p99")
				assert.InDelta(t, want.lost, is.lost, c.lost, "share lost")
			})
		}
	})
	if testing.Verbose() {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
		_, err := fmt.Fprint(w, "| requests, fluid\t| mean wait, ms\t| p50, ms\t| p99, ms\t| backlog\t| lost, %\t|\n| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t|\n")
		require.NoError(t, err)
		for _, row := range rows {
			_, err := fmt.Fprint(w, row)
			require.NoError(t, err)
		}
		require.NoError(t, w.Flush())
	}
}
