package report

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// A service of which 3 tasks are desired, and 5 from 30 min on. One runs from
// the start, two more from 10 min, 5 from 40 min, 4 from 50 min to the end at
// 60 min. Below what is desired: 0 to 10, 30 to 40, 50 to 60.
func TestServicesOverTime(t *testing.T) {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	provider := c.AddProvider("own")
	kind := c.AddKind(cluster.Kind{Provider: provider, Capacity: cluster.Vector{CPU: 10 * cluster.VCPU, Memory: 10 * cluster.GiB}})
	pool := c.AddPool(cluster.Pool{Providers: []cluster.ProviderID{provider}})
	web, job := c.AddGroup(cluster.ServicePrefix+"web"), c.AddGroup("etl")
	meter := NewMeter(c, 0, 1)
	meter.Ledger.SetInstancePrice(kind, InstancePrice{External: nanoPerDollar})
	meter.Recorder.AddService(web)
	c.Watch(meter)
	on := c.Launch(kind, true)
	demand := cluster.Vector{CPU: cluster.VCPU, Memory: cluster.GiB}
	var tasks []cluster.TaskID
	start := func(g cluster.GroupID, n int) {
		for range n {
			id := c.Submit(cluster.Class{Demand: demand, Requested: demand, Pool: pool, Group: g}, sim.Hour)
			tasks = append(tasks, c.Start(c.Task(id).Class, on))
		}
	}
	at := func(minute sim.Time, do func(now sim.Time)) {
		kind := kernel.Register("step", sim.Ending, false, func(now sim.Time, _, _ uint32) { do(now) })
		kernel.Schedule(minute*sim.Minute, kind, 0, 0)
	}
	at(0, func(now sim.Time) {
		meter.Recorder.SetDesired(now, web, 3)
		start(web, 1)
		start(job, 1)
	})
	at(10, func(sim.Time) { start(web, 2) })
	at(30, func(now sim.Time) { meter.Recorder.SetDesired(now, web, 5) })
	at(40, func(sim.Time) { start(web, 2) })
	at(50, func(sim.Time) { c.End(tasks[0], cluster.Stopped) })
	require.NoError(t, kernel.Run(sim.Hour))
	meter.Close(sim.Hour)

	assert.Equal(t, map[string]Service{"web": {
		Desired:             Level{Mean: 4, Min: 3, Max: 5},
		Running:             Level{Mean: (10*1 + 30*3 + 10*5 + 10*4) / 60.0, Min: 1, Max: 5},
		BelowDesiredSeconds: 1800,
	}}, meter.Recorder.Services())

	// 190 task-minutes of the service and 60 of the job, each a tenth of a
	// machine at a dollar an hour.
	cost := meter.Ledger.Cost()
	assert.InDelta(t, 190.0/600, cost.ByService["web"], 1e-9)
	assert.InDelta(t, 60.0/600, cost.ByJob["etl"], 1e-9)
	assert.Len(t, cost.ByService, 1)
	assert.Len(t, cost.ByJob, 1)
	all, jobs := meter.Tally.Tasks(sim.Hour)
	assert.Equal(t, int64(6), all.Submitted)
	assert.Len(t, jobs, 1)

	// Means of each column over the buckets are those of the summary.
	series := meter.Recorder.Series()
	means := map[string]float64{}
	for _, column := range series.Columns {
		for i, v := range column.Values {
			means[column.Name] += v * min(series.Width, series.End-sim.Time(i)*series.Width).Seconds() / 3600
		}
	}
	assert.InDelta(t, 4, means["services.web.desired"], 1e-9)
	assert.InDelta(t, 190.0/60, means["services.web.running"], 1e-9)
}

func TestServicesInReports(t *testing.T) {
	r := small()
	for i := range r.Results {
		s := &r.Results[i].Summary
		s.Services = map[string]Service{
			"api":  {Desired: Level{4, 4, 4}, Running: Level{3.5, 2, 4}, BelowDesiredSeconds: 90},
			"auth": {Desired: Level{1, 1, 1}, Running: Level{1, 1, 1}},
		}
		s.Cost.ByService = map[string]float64{"api": 0.25, "auth": 1}
	}
	one := Report{Results: r.Results[:1]}
	text := written(t, func(w io.Writer) error { return WriteText(w, one, TextOptions{}) })
	assert.Regexp(t, `Services\n +service +desired +running +least +most +below desired +cost\n.*\n? *auth +1 +1 +1 +1 +0 s +\$1\.00\n +api +4 +3\.5 +2 +4 +1 m(in)? 30 s +\$0\.25`, text)
	page := written(t, func(w io.Writer) error { return WriteHTML(w, r) })
	assert.Contains(t, page, "<h2>Services</h2>")
	assert.Contains(t, page, "below desired")
	value, err := r.Results[0].Summary.Metric("services.api.running.min")
	require.NoError(t, err)
	assert.InDelta(t, 2, *value, 0)
}

// Figures of services without a load are among the others, by names for people.
func TestTitlesOfTheTasksOfServices(t *testing.T) {
	for name, want := range map[string]string{
		"services.web-1.desired": "web-1: tasks desired",
		"services.web-1.running": "web-1: tasks running",
		"instances.occupied":     "Instances with tasks",
		"some.other":             "some.other",
	} {
		assert.Equal(t, want, courseTitle(name))
	}
}

// A card says what became of the tasks: those of services end otherwise than by
// completing.
func TestTasksOnACard(t *testing.T) {
	s := Summary{}
	s.Tasks.Submitted, s.Tasks.Completed, s.Tasks.Pending = 10, 7, 3
	assert.Equal(t, "7 of 10 completed, 3 still waiting", tasksLine(&s))
	s.Services = map[string]Service{"web": {}}
	s.Tasks.Submitted, s.Tasks.Stopped, s.Tasks.Running = 1262, 250, 1002
	assert.Equal(t, "1,262 in all, 7 completed, 250 stopped, 1,002 running at the end, 3 still waiting", tasksLine(&s))
}
