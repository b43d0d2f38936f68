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
// time where a run has an end, else by tasks where their number is known, else
// by how much of its traces has been read.
type runBar struct {
	bar     *mpb.Bar
	end     sim.Time // 0 if nobody knows
	all     int64    // tasks; 0 if nobody knows
	started time.Time
	come    atomic.Pointer[scenarios.Progress]
	drawn   time.Time
}

// readSteps is the length of a bar that goes by what has been read.
const readSteps = 1000

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
	total := int64(b.end)
	switch {
	case total > 0:
	case b.all > 0:
		total = b.all
	default:
		total = readSteps
	}
	b.bar = p.bars.New(total, mpb.BarStyle(),
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
func (b *runBar) at(p scenarios.Progress) {
	if b == nil {
		return
	}
	t := time.Now()
	if t.Sub(b.drawn) <= 100*time.Millisecond {
		return
	}
	b.drawn = t
	b.come.Store(&p)
	switch { // the last step is the end
	case b.end > 0:
		b.bar.SetCurrent(min(int64(p.Now), int64(b.end)-1))
	case b.all > 0:
		b.bar.SetCurrent(min(p.Tasks, b.all-1))
	default:
		b.bar.SetCurrent(min(int64(p.Read*readSteps), readSteps-1))
	}
}

// text tells the simulated time, the speed, and how long it will take if it
// goes on like that.
func (b *runBar) text(elapsed time.Duration) string {
	p := b.come.Load()
	if p == nil {
		p = &scenarios.Progress{}
	}
	s, part := " "+days(p.Now)+" simulated", p.Read
	switch {
	case b.end > 0:
		s, part = fmt.Sprintf(" %s of %s", days(p.Now), days(b.end)), float64(p.Now)/float64(b.end)
	case b.all > 0:
		part = float64(p.Tasks) / float64(b.all)
	}
	s += fmt.Sprintf(", %s tasks/s", brief(float64(p.Tasks)/max(elapsed.Seconds(), 1e-9)))
	if part > 0 && part < 1 { // what has been read to its end is not over yet
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
