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

// runBar is the bar of one run; a nil one shows nothing.
type runBar struct {
	bar        *mpb.Bar
	end        sim.Time // 0 if nobody knows
	started    time.Time
	now, tasks atomic.Int64
	drawn      time.Time
}

// begin adds a bar. until, unless it is 0, ends the run before the scenario does.
func (p *progress) begin(s *scenarios.Scenario, until sim.Time) *runBar {
	if p == nil {
		return nil
	}
	b := &runBar{end: s.Duration, started: time.Now()}
	if until > 0 && (b.end == 0 || until < b.end) {
		b.end = until
	}
	name := s.Variant
	if name == "" {
		name = s.Name
	}
	var builder mpb.BarFillerBuilder = mpb.BarStyle()
	if b.end == 0 {
		builder = mpb.NopStyle()
	}
	b.bar = p.bars.New(int64(b.end), builder,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return b.text(time.Since(b.started)) })),
	)
	return b
}

// at tells how far the run is. It is called often.
func (b *runBar) at(now sim.Time, tasks int64) {
	if b == nil {
		return
	}
	b.now.Store(int64(now))
	b.tasks.Store(tasks)
	if t := time.Now(); b.end > 0 && t.Sub(b.drawn) > 100*time.Millisecond {
		b.drawn = t
		b.bar.SetCurrent(min(int64(now), int64(b.end)-1)) // the last step is the end
	}
}

// text tells the simulated time, the speed, and how long it will take if it
// goes on like that.
func (b *runBar) text(elapsed time.Duration) string {
	now, tasks := sim.Time(b.now.Load()), b.tasks.Load()
	s := fmt.Sprintf(" %s simulated", days(now))
	if b.end > 0 {
		s = fmt.Sprintf(" %s of %s", days(now), days(b.end))
	}
	s += fmt.Sprintf(", %s tasks/s", brief(float64(tasks)/max(elapsed.Seconds(), 1e-9)))
	if b.end > 0 && now > 0 {
		left := time.Duration(float64(elapsed) * (float64(b.end)/float64(now) - 1))
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
