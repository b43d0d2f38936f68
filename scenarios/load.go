package scenarios

import (
	"fmt"
	"io"
	"math"
	"time"

	"berth/internal/zones"
	"berth/sim"
	"berth/sim/load"
	"berth/workloads"
)

// ServiceLoad is the requests that a service is sent, and what each of them takes. A
// task serves vCPU / cpuSeconds requests per second.
type ServiceLoad struct {
	// RequestsPerSecond that come: a number, or {profile: …} or {trace: …}.
	RequestsPerSecond RequestRate `yaml:"requestsPerSecond,required" unit:"requests per second" source:"berth"`
	// PerRequest is what one request takes.
	PerRequest PerRequest `yaml:"perRequest,required" source:"berth"`
	// Timeout is how long a request waits at most. One that would wait longer is lost.
	Timeout *sim.Time `yaml:"timeout" unit:"duration" range:">0s.." default:"(none: nothing is lost to waiting)" source:"berth"`
	// Concurrency is how many requests a task works on at once.
	Concurrency *int64 `yaml:"concurrency" unit:"requests" range:"1..100000" default:"(the whole vCPUs of the task, at least 1)" source:"berth"`
	// CPUBurst lets tasks on instances use CPU that others on the instance leave idle, by weight. In ECS that holds where the containers state the cpu; a cpu of the task as a whole is a hard limit. Not on Fargate.
	CPUBurst bool `yaml:"cpuBurst" default:"false" source:"berth; ECS ContainerDefinition"`
}

// RequestRate is how many requests come: a number that does not change, a
// profile or a trace. In YAML it is 400, {profile: {base: 220, …}} or
// {trace: {format: cloudwatch-csv, path: requests.csv}}.
type RequestRate struct {
	// Constant rate in requests per second. nil where one of the others is given.
	Constant *float64 `yaml:"-"`
	// Profile of a rate, by its rhythm.
	Profile *Profile `yaml:"profile" source:"berth"`
	// Trace of a rate that was measured.
	Trace *RateTrace `yaml:"trace" source:"berth"`
}

// PerRequest is what one request takes of a task.
type PerRequest struct {
	// CPUSeconds of a vCPU that a request takes on average.
	CPUSeconds float64 `yaml:"cpuSeconds,required" unit:"vCPU seconds" range:">0..1000000" source:"berth"`
	// Latency is the response time of a request that does not wait, its CPU time included.
	Latency *sim.Time `yaml:"latency" unit:"duration" range:"0s.." default:"(the time that a task works on a request: concurrency × cpuSeconds / vCPU)" source:"berth"`
	// CV is the coefficient of variation of the CPU time of requests: 0 where all take the same, 1 for exponential times.
	CV float64 `yaml:"cv" range:"0..1000" default:"1" source:"berth"`
}

// Profile describes a rate by its rhythm:
// base × (1 + amplitude·cos(2π(h − peak)/24)) × weekly[day] × noise × spike,
// at least 0, where h and day are those of the clocks in one time zone.
type Profile struct {
	// Base is the rate around which all else moves.
	Base float64 `yaml:"base,required" unit:"requests per second" range:"0..1000000000000" source:"berth"`
	// Timezone whose clocks say which hour and day it is: a name of the IANA time zone database.
	Timezone string `yaml:"timezone" default:"UTC" source:"berth"`
	// Daily rhythm.
	Daily Daily `yaml:"daily" source:"berth"`
	// Weekly factors of the days.
	Weekly Weekly `yaml:"weekly" source:"berth"`
	// Noise is a factor that wanders around 1.
	Noise Noise `yaml:"noise" source:"berth"`
	// Spikes multiply the rate for some time. Where they overlap, so do their factors.
	Spikes []Spike `yaml:"spikes" source:"berth"`
}

// Daily is the rhythm of a day, a cosine.
type Daily struct {
	// Amplitude of the rhythm: 0 is even, with 1 the rate falls to 0 twelve hours from the peak.
	Amplitude float64 `yaml:"amplitude" unit:"fraction of base" range:"0..1000000" default:"0" source:"berth"`
	// Peak is the time of day with the highest rate.
	Peak TimeOfDay `yaml:"peak" unit:"HH:MM" default:"\"14:00\"" source:"berth"`
}

// Weekly holds a factor for each day of the week.
type Weekly struct {
	// Monday's factor.
	Monday float64 `yaml:"monday" range:"0..1000000" default:"1" source:"berth"`
	// Tuesday's factor.
	Tuesday float64 `yaml:"tuesday" range:"0..1000000" default:"1" source:"berth"`
	// Wednesday's factor.
	Wednesday float64 `yaml:"wednesday" range:"0..1000000" default:"1" source:"berth"`
	// Thursday's factor.
	Thursday float64 `yaml:"thursday" range:"0..1000000" default:"1" source:"berth"`
	// Friday's factor.
	Friday float64 `yaml:"friday" range:"0..1000000" default:"1" source:"berth"`
	// Saturday's factor.
	Saturday float64 `yaml:"saturday" range:"0..1000000" default:"1" source:"berth"`
	// Sunday's factor.
	Sunday float64 `yaml:"sunday" range:"0..1000000" default:"1" source:"berth"`
}

// Noise is a lognormal factor with mean 1 that changes from minute to minute.
type Noise struct {
	// CV is the coefficient of variation: the standard deviation over the mean.
	CV float64 `yaml:"cv" range:"0..100" default:"0" source:"berth"`
	// Correlation is the time in which the noise forgets: that after which its correlation has fallen to 1/e. With 0s every minute is on its own.
	Correlation sim.Time `yaml:"correlation" unit:"duration" range:"0s..13000d" default:"0s" source:"berth"`
}

// Spike multiplies the rate by a factor that grows from 1, holds, and falls back
// to 1, linearly.
type Spike struct {
	// At is when it begins to rise.
	At Instant `yaml:"at,required" source:"berth"`
	// Rise is how long the factor grows.
	Rise sim.Time `yaml:"rise" unit:"duration" range:"0s..13000d" default:"0s" source:"berth"`
	// Hold is how long it stays.
	Hold sim.Time `yaml:"hold" unit:"duration" range:"0s..13000d" default:"0s" source:"berth"`
	// Fall is how long it falls.
	Fall sim.Time `yaml:"fall" unit:"duration" range:"0s..13000d" default:"0s" source:"berth"`
	// Factor at the height of the spike; below 1 it is a dip.
	Factor float64 `yaml:"factor,required" range:"0..1000000" source:"berth"`
}

// Instant is a point in time: a span since the start of the run (4h), or one of
// the calendar in RFC 3339 (2026-03-05T17:00:00Z).
type Instant struct {
	// Since the start; without effect where Calendar is given.
	Since sim.Time
	// Calendar is the point in time where it was given in RFC 3339, else the zero time.
	Calendar time.Time
}

// In returns when the instant is in a run that starts at the given time.
func (i Instant) In(start time.Time) sim.Time {
	if i.Calendar.IsZero() {
		return i.Since
	}
	return sim.Time(i.Calendar.Sub(start)) // ends at 292 years
}

// RateTrace is a file that tells how many requests came when.
type RateTrace struct {
	// Format of the file.
	Format string `yaml:"format,required" enum:"cloudwatch-csv cloudwatch-json csv nab worldcup98" source:"berth"`
	// Path of the file, relative to the scenario's; .gz and .zst are read directly.
	Path string `yaml:"path,required" source:"berth"`
	// Column of the values; in cloudwatch-json the statistic, or the id or label of a result.
	Column string `yaml:"column" default:"(the one there is)" source:"berth"`
	// TimeColumn is the column of the times.
	TimeColumn string `yaml:"timeColumn" default:"(time_s, timestamp, time, datetime or date)" source:"berth"`
	// Period says that each value is the sum of so long a time, beginning at its own; it is divided by it.
	Period *sim.Time `yaml:"period" unit:"seconds" range:">0s..13000d" default:"(values are rates in requests per second)" source:"berth; CloudWatch GetMetricStatistics"`
	// Fill says what holds where values are missing: nothing, so that it is an error; the value before; no requests; or the straight line between the values beside the hole.
	Fill string `yaml:"fill" enum:"error hold zero linear" default:"(error; of worldcup98 zero)" source:"berth"`
	// Align says where the trace lies: its first value at the start of the run, or where its dates say.
	Align string `yaml:"align" enum:"start absolute" default:"start" source:"berth"`
	// PastEnd says what comes after the last value: nothing, so that a run that lasts longer is an error; the last value; or the trace once more.
	PastEnd string `yaml:"pastEnd" enum:"error hold repeat" default:"error" source:"berth"`
}

// setup returns what sim/load takes, for tasks with so much CPU (in 1/128000
// vCPU) that use the given part of their memory.
func (l *ServiceLoad) setup(cpu int64, memory float64) load.Setup {
	s := load.Setup{CPU: cpu, CPUSeconds: l.PerRequest.CPUSeconds, CV: l.PerRequest.CV, Memory: memory}
	if l.Concurrency != nil {
		s.Concurrency = int(*l.Concurrency)
	}
	if l.PerRequest.Latency != nil {
		s.Latency = *l.PerRequest.Latency
	}
	if l.Timeout != nil {
		s.Timeout = *l.Timeout
	}
	return s
}

// loadSetup is what a run says about a load.
type loadSetup struct {
	start   time.Time
	end     sim.Time // of the run; 0 where it is not known
	seed    uint64
	stream  string                    // of the noise: "load/web"
	resolve func(string) string       // leads from a path of the document to a file
	opened  func(in *workloads.Input) // or nil
	stdin   io.Reader
}

// open returns the rate of requests as a load, for one reader. The path is that
// of the field that the error is about, below requestsPerSecond, "" for the
// whole.
func (r *RequestRate) open(setup loadSetup) (rate workloads.Load, path string, err error) {
	rate, path, err = r.load(setup)
	if err != nil || r.few(setup) {
		return rate, path, err
	}
	if n := workloads.Requests(rate, 0, setup.end); !(n <= mostRequests) {
		return nil, path, fmt.Errorf("more requests come within %v than the %g that can be counted; lower the rate, or let the run be shorter", setup.end, float64(mostRequests))
	}
	return rate, path, nil
}

// mostRequests is how many requests may come to a service in a run. They are
// counted in thousandths, for which 64 bits are enough up to nine times as many.
const mostRequests = 1e15

// few reports whether what is written cannot make too many requests. Whatever
// can is added up: that takes the noise of a profile, minute by minute.
func (r *RequestRate) few(setup loadSetup) bool {
	most := 0.0 // requests per second
	switch p := r.Profile; {
	case r.Constant != nil:
		most = *r.Constant
	case p != nil:
		w := p.Weekly
		most = p.Base * (1 + p.Daily.Amplitude) * max(w.Monday, w.Tuesday, w.Wednesday, w.Thursday, w.Friday, w.Saturday, w.Sunday)
		most *= math.Exp(8 * math.Sqrt(math.Log1p(p.Noise.CV*p.Noise.CV))) // eight standard deviations
		for _, s := range p.Spikes {
			most *= max(1, s.Factor)
		}
	default:
		return false
	}
	return most*setup.end.Seconds() <= mostRequests
}

func (r *RequestRate) load(setup loadSetup) (rate workloads.Load, path string, err error) {
	switch {
	case r.Constant != nil:
		rate, err = workloads.NewConstantRate(*r.Constant)
		return rate, "", err
	case r.Profile != nil:
		profile, err := r.Profile.profile(setup.start)
		if err != nil {
			return nil, "profile.timezone", err
		}
		rate, err = profile.Load(setup.start, setup.seed, setup.stream)
		return rate, "profile", err
	case r.Trace != nil:
		trace, err := workloads.ReadRates(workloads.RateFormats(), r.Trace.Format, setup.resolve(r.Trace.Path), r.Trace.options(setup))
		if err != nil {
			return nil, "trace.path", err
		}
		return trace.Load(), "trace", nil
	}
	return nil, "", fmt.Errorf("expected a number, profile or trace")
}

// options returns how the trace is read and placed in a run.
func (t *RateTrace) options(setup loadSetup) workloads.RateOptions {
	o := workloads.RateOptions{
		Column: t.Column, TimeColumn: t.TimeColumn, Fill: workloads.Fill(t.Fill), Align: workloads.Align(t.Align), PastEnd: workloads.PastEnd(t.PastEnd),
		Start: setup.start, End: setup.end, Opened: setup.opened, Stdin: setup.stdin,
	}
	if t.Period != nil {
		o.Period = *t.Period
	}
	return o
}

// profile returns the profile as workloads takes it, for a run that starts at
// the given time. The error is about the time zone.
func (p *Profile) profile(start time.Time) (workloads.Profile, error) {
	zone, err := zones.Load(p.Timezone)
	if err != nil {
		return workloads.Profile{}, err
	}
	w := p.Weekly
	of := workloads.Profile{
		Base: p.Base, Zone: zone,
		Daily: workloads.Daily{Amplitude: p.Daily.Amplitude, Peak: sim.Time(p.Daily.Peak)},
		Weekly: map[time.Weekday]float64{
			time.Monday: w.Monday, time.Tuesday: w.Tuesday, time.Wednesday: w.Wednesday, time.Thursday: w.Thursday, time.Friday: w.Friday,
			time.Saturday: w.Saturday, time.Sunday: w.Sunday,
		},
		Noise: workloads.Noise{CV: p.Noise.CV, Correlation: p.Noise.Correlation},
	}
	for _, s := range p.Spikes {
		of.Spikes = append(of.Spikes, workloads.Spike{At: s.At.In(start), Rise: s.Rise, Hold: s.Hold, Fall: s.Fall, Factor: s.Factor})
	}
	return of, nil
}
