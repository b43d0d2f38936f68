package report

import (
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"berth/sim"
	"berth/sim/cluster"
)

// moving is a run of a day on capacity that moves: a Spot instance comes every
// hour and goes after five, every fourth is reclaimed after two, and two on demand
// stay.
func moving(t testing.TB, name string, reclaims bool) Result {
	t.Helper()
	m := newMarket(0)
	cheap := cluster.ProviderID(1)
	m.at(0, func() {
		m.start(m.groups[2], 1, m.Launch(m.onDemand, true))
		m.Launch(m.onDemand, true)
	})
	for hour := sim.Time(0); hour < 24; hour++ {
		m.at(hour*sim.Hour, func() {
			m.meter.GroupActivity(m.Now(), cheap, 1, "Launching an instance: desired capacity raised, <b>tasks</b> wait")
			id := m.Launch(m.spot[hour%2], false)
			lost := false
			m.at(m.Now()+3*sim.Minute, func() {
				m.Activate(id)
				task := m.start(m.groups[0], 3, id)
				m.at(m.Now()+4*sim.Hour, func() {
					if !lost {
						m.End(task, cluster.Completed)
					}
				})
			})
			if reclaims && hour%4 == 1 {
				m.at(m.Now()+2*sim.Hour-2*sim.Minute, func() {
					m.meter.RebalanceRecommendation(m.Now(), id)
					m.meter.InterruptionNotice(m.Now(), id)
					m.Drain(id)
				})
				m.at(m.Now()+2*sim.Hour, func() {
					lost = true
					m.lose(id, Reclaimed)
				})
				return
			}
			m.at(m.Now()+5*sim.Hour, func() {
				m.meter.GroupActivity(m.Now(), cheap, -1, "Terminating an instance: desired capacity lowered")
				m.Drain(id)
				m.Terminate(id)
			})
		})
		m.at(hour*sim.Hour+10*sim.Minute, func() {
			m.meter.SpotPriceChanged(m.Now(), m.spot[0], 250_000_000+int64(hour)*5_000_000)
			needed := int(min(hour+1, 5))
			m.meter.DesiredCapacityChanged(m.Now(), cheap, needed)
			m.meter.ReservationChanged(m.Now(), cheap, Reservation{Needed: needed, Running: 5, Percent: float64(needed) * 20, Target: 90})
		})
	}
	m.at(7*sim.Hour, func() { m.meter.LaunchFailed(m.Now(), cheap, "Failed to launch an instance: no capacity in z2") })
	m.at(8*sim.Hour, func() {
		demand := cluster.Vector{CPU: 64 * cluster.VCPU}
		m.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: m.pool, Group: m.groups[1]}, 0)
	})
	end := 24 * sim.Hour
	require.NoError(t, m.kernel.Run(end))
	m.meter.Close(end)
	r := Result{
		Series: m.meter.Recorder.Series(), Capacity: m.meter.Recorder.Capacity(), WaitingCounts: m.meter.Tally.WaitingCounts(),
		Summary: Summary{
			Schema: Schema, Version: "test", Scenario: "moving", Variant: name, Seed: 1, Complete: true,
			Start: "2026-03-02T00:00:00Z", End: "2026-03-03T00:00:00Z", SimulatedSeconds: 86400,
			Instances: m.meter.Recorder.Instances(), Utilisation: m.meter.Recorder.Utilisation(),
			Cost: m.meter.Ledger.Cost(), Spot: m.meter.Spot(), CapacityProviders: m.meter.Recorder.CapacityProviders(),
			Services: map[string]Service{}, Bounds: m.meter.Floor.Bounds(m.meter.Recorder),
		},
	}
	r.Summary.Tasks, r.Summary.Jobs = m.meter.Tally.Tasks(end)
	holds(t, m, r.Summary.Cost)
	return r
}

func TestCapacityInReports(t *testing.T) {
	one := Report{Results: []Result{moving(t, "", true)}}
	text := func(r Report, width int) string {
		return written(t, func(w io.Writer) error { return WriteText(w, r, TextOptions{Width: width}) })
	}
	golden(t, "capacity.txt", text(one, 110))
	both := Report{Results: []Result{moving(t, "calm", false), moving(t, "stormy", true)}}
	golden(t, "capacity-variants.txt", text(both, 120))
	golden(t, "capacity-summary.json", written(t, func(w io.Writer) error { return WriteSummary(w, one.Results[0].Summary) }))

	page := written(t, func(w io.Writer) error { return WriteHTML(w, both) })
	for _, title := range []string{
		"What the money was used for", "Instances by purchase option", "Instances by Availability Zone", "cheap: instances and waiting tasks",
		"cheap: CapacityProviderReservation", "cheap: launches and terminations", "Spot prices", "How long tasks on Spot survived",
	} {
		assert.Contains(t, page, "<h3>"+title+"</h3>")
	}
	assert.NotContains(t, page, "<h3>capacityProviders.", "they have pictures of their own")
	assert.NotContains(t, page, "<b>tasks</b>", "causes are texts")
	assert.NotContains(t, written(t, func(w io.Writer) error { return WriteHTML(w, small()) }), "<h2>Capacity</h2>")
}

// Six of 24 instances are reclaimed: five hours of each, on the mean four and a
// quarter.
func TestCapacityProvidersOverTime(t *testing.T) {
	r := moving(t, "", true)
	s := r.Summary
	cheap := s.CapacityProviders["cheap"]
	assert.Equal(t, [4]int64{24, 20, 6, 6}, [4]int64{cheap.Launched, cheap.Terminated, cheap.Interrupted, cheap.Notices})
	assert.Equal(t, int64(1), cheap.Failed)
	assert.InDelta(t, 1, *cheap.SpotFraction, 0)
	assert.Equal(t, int64(6), s.Spot.Interruptions)
	assert.InDelta(t, 90, cheap.Reservation.Target, 0)
	assert.InDelta(t, 20, cheap.Reservation.Min, 0)
	assert.InDelta(t, 100, cheap.Reservation.Max, 0)
	steady := s.CapacityProviders["steady"]
	assert.Equal(t, CapacityProvider{Peak: 2, Mean: 2, SpotFraction: steady.SpotFraction}, steady)
	assert.InDelta(t, 0, *steady.SpotFraction, 0)

	// The curves say the same as the summary.
	series := r.Series
	assert.InDelta(t, s.Spot.InstanceHours, total(series, "instances.spot"), 1e-6)
	assert.InDelta(t, 48, total(series, "instances.onDemand"), 1e-6)
	assert.InDelta(t, s.Instances.Hours, total(series, "instances.zone.z1")+total(series, "instances.zone.z2"), 1e-6)
	assert.InDelta(t, s.Instances.Hours, total(series, "instances.booting")+total(series, "instances.active")+total(series, "instances.draining"), 1e-6)
	assert.InDelta(t, 24, total(series, "capacityProviders.cheap.launched"), 1e-6)
	assert.InDelta(t, 20, total(series, "capacityProviders.cheap.terminated"), 1e-6)
	assert.InDelta(t, 6, total(series, "capacityProviders.cheap.interrupted"), 1e-6)
	for _, c := range series.Columns {
		if c.Name == "capacityProviders.cheap.reservation" {
			assert.True(t, math.IsNaN(c.Values[0]), "none before the first value")
			assert.InDelta(t, 100, c.Values[len(c.Values)-1], 1e-9)
		}
		assert.LessOrEqual(t, len(c.Values), maxBuckets)
	}
	assert.Contains(t, strings.Join(r.Remarks(), "\n"), "only 6 Spot instances were reclaimed")
}

// The survival of tasks on Spot: of 100 tasks, 20 are interrupted after 10 min and
// half of the others end by themselves after 20; a quarter of the rest is
// interrupted after an hour.
func TestSurvival(t *testing.T) {
	var s survival
	assert.Empty(t, s.curve())
	for range 20 {
		s.end(10*sim.Minute, true)
	}
	for range 40 {
		s.end(20*sim.Minute, false)
	}
	for range 10 {
		s.end(sim.Hour, true)
	}
	for range 30 {
		s.end(3*sim.Hour, false)
	}
	at := func(age sim.Time) (share float64) {
		for _, p := range s.curve() {
			if p.Age <= age {
				share = p.Share
			}
		}
		return share
	}
	assert.InDelta(t, 1, at(5*sim.Minute), 0)
	assert.InDelta(t, 0.8, at(15*sim.Minute), 1e-12)
	assert.InDelta(t, 0.8, at(50*sim.Minute), 1e-12)
	assert.InDelta(t, 0.8*0.75, at(2*sim.Hour), 1e-12)
}

func TestStepsOfAge(t *testing.T) {
	for step := 1; step < survivalSteps; step++ {
		require.Equal(t, step, stepOf(stepStart(step)), "a step begins with its start")
		require.Equal(t, step-1, stepOf(stepStart(step)-1))
	}
	assert.Greater(t, stepStart(survivalSteps-1), 300*sim.Day)
	rapid.Check(t, func(t *rapid.T) {
		age := sim.Time(rapid.Int64Range(0, int64(200*365*sim.Day)).Draw(t, "age"))
		step := stepOf(age)
		require.GreaterOrEqual(t, age, stepStart(step))
		if step < survivalSteps-1 {
			require.Less(t, age, stepStart(step+1))
		}
	})
}

// A track keeps its integral, whenever it began and however often its buckets
// merged.
func TestTracks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cluster.New(sim.NewKernel())
		r := NewRecorder(c, NewLedger(c, 0), 0)
		r.FollowCapacity(CapacityFacts{})
		var late *track
		var now, began sim.Time
		var want, value float64
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			span := rapid.SampledFrom([]sim.Time{0, sim.Second, 1000 * sim.Second, 77777 * sim.Second}).Draw(t, "span")
			if late != nil {
				want += value * span.Seconds()
			}
			now += span
			r.advance(now)
			if late == nil && rapid.Bool().Draw(t, "begin") {
				late = r.capacity.unknown(r, "late", "things", 1)
				began = now
			}
			if late != nil {
				value = float64(rapid.IntRange(0, 9).Draw(t, "value"))
				late.set(now, int64(value))
			}
		}
		if late == nil {
			return
		}
		r.Close(now)
		sum, known := late.total()
		require.InDelta(t, want, sum.Float()/float64(sim.Second), 1e-6)
		require.InDelta(t, (now - began).Seconds(), known.Float()/float64(sim.Second), 1e-6)
		require.Equal(t, len(r.buckets), late.from+len(late.rows))
		require.LessOrEqual(t, len(late.rows), maxBuckets)
	})
}

// A run whose capacity does not move pays for none of this.
func TestCapacityIsFollowedOnlyWhereAsked(t *testing.T) {
	m := newMarket(0)
	m.meter.Recorder.capacity = nil
	m.at(0, func() { m.start(m.groups[0], 1, m.Launch(m.onDemand, true)) })
	m.run(t, sim.Hour)
	assert.Nil(t, m.meter.Recorder.Capacity())
	assert.Nil(t, m.meter.Recorder.CapacityProviders())
	for _, c := range m.meter.Recorder.Series().Columns {
		assert.False(t, ofCapacity(c.Name), c.Name)
	}
}

func TestMovingCapacityInABrowser(t *testing.T) {
	both := Report{Results: []Result{moving(t, "calm", false), moving(t, "stormy", true)}}
	for name, r := range map[string]Report{"one": {Results: []Result{moving(t, "", true)}}, "two": both} {
		b := openBrowser(t, writePage(t, r), 1280, 900)
		b.drawAll(t)
		assert.Zero(t, eval[float64](t, b, `Array.from(document.querySelectorAll('#capacity .chart')).filter(function (el) { return !el.querySelector('canvas'); }).length`), name)
		assert.GreaterOrEqual(t, eval[float64](t, b, `document.querySelectorAll('#capacity .chart canvas').length`), float64(8), name)
		b.clean(t)
	}
}
