package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"berth/scenarios"
	"berth/sim"
)

// progress shows how far runs have come, on a terminal. A nil progress shows
// nothing.
type progress struct{ bars *mpb.Progress }

func newProgress(to io.Writer) *progress {
	return &progress{mpb.New(mpb.WithOutput(to), mpb.WithWidth(30), mpb.WithRefreshRate(150*time.Millisecond))}
}

// close removes what is left on the terminal.
func (p *progress) close() {
	if p != nil {
		p.bars.Wait()
	}
}

// runBar is the bar of one run; a nil one shows nothing. It goes by simulated
// time where a run has an end, else by tasks where their number is known.
type runBar struct {
	bar        *mpb.Bar
	end        sim.Time // 0 if nobody knows
	all        int64    // tasks; 0 if nobody knows
	started    time.Time
	now, tasks atomic.Int64
	drawn      time.Time
}

// begin adds a bar. until, unless it is 0, ends the run before the scenario does.
func (p *progress) begin(s *scenarios.Scenario, until sim.Time) *runBar {
	if p == nil {
		return nil
	}
	b := &runBar{end: s.Duration, all: expectedTasks(s), started: time.Now()}
	if b.end == sim.Never {
		b.end = 0
	}
	if until > 0 && (b.end == 0 || until < b.end) {
		b.end = until
	}
	name := s.Variant
	if name == "" {
		name = s.Name
	}
	total, style := int64(b.end), mpb.BarFillerBuilder(mpb.BarStyle())
	switch {
	case total > 0:
	case b.all > 0:
		total = b.all
	default:
		style = mpb.NopStyle()
	}
	b.bar = p.bars.New(total, style,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return b.text(time.Since(b.started)) })),
	)
	return b
}

// expectedTasks returns how many tasks a scenario's jobs have in all, 0 if that
// is not known before they are read.
func expectedTasks(s *scenarios.Scenario) int64 {
	var all int64
	for _, j := range s.Jobs {
		switch {
		case j.Trace != nil && j.Trace.Generate != nil:
			all += j.Trace.Generate.Tasks
		case j.Count != nil:
			all += *j.Count
		default:
			return 0
		}
	}
	return all
}

// at tells how far the run is. It is called often.
func (b *runBar) at(now sim.Time, tasks int64) {
	if b == nil {
		return
	}
	b.now.Store(int64(now))
	b.tasks.Store(tasks)
	if t := time.Now(); t.Sub(b.drawn) > 100*time.Millisecond {
		b.drawn = t
		switch { // the last step is the end
		case b.end > 0:
			b.bar.SetCurrent(min(int64(now), int64(b.end)-1))
		case b.all > 0:
			b.bar.SetCurrent(min(tasks, b.all-1))
		}
	}
}

// text tells the simulated time, the speed, and how long it will take if it
// goes on like that.
func (b *runBar) text(elapsed time.Duration) string {
	now, tasks := sim.Time(b.now.Load()), b.tasks.Load()
	s, part := " "+days(now)+" simulated", 0.0
	switch {
	case b.end > 0:
		s, part = fmt.Sprintf(" %s of %s", days(now), days(b.end)), float64(now)/float64(b.end)
	case b.all > 0:
		part = float64(tasks) / float64(b.all)
	}
	s += fmt.Sprintf(", %s tasks/s", brief(float64(tasks)/max(elapsed.Seconds(), 1e-9)))
	if part > 0 {
		left := time.Duration(float64(elapsed) * (1/part - 1))
		s += fmt.Sprintf(", %s left", max(left, 0).Round(time.Second))
	}
	return s
}

// finish removes the bar.
func (b *runBar) finish() {
	if b != nil {
		b.bar.Abort(true)
	}
}

// days writes a span of simulated time for people: 3d 4h, 4h12m, 90s.
func days(t sim.Time) string {
	switch {
	case t >= sim.Day:
		return fmt.Sprintf("%dd %dh", t/sim.Day, t%sim.Day/sim.Hour)
	case t >= sim.Hour:
		return fmt.Sprintf("%dh%02dm", t/sim.Hour, t%sim.Hour/sim.Minute)
	}
	return fmt.Sprintf("%ds", t/sim.Second)
}

// brief writes a number with a few digits: 950, 12k, 1.4M.
func brief(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%.1fM", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%.0fk", x/1e3)
	}
	return fmt.Sprintf("%.0f", x)
}
