package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"berth/placement"
	"berth/report"
	"berth/sim"
	"berth/sim/catalog"
)

// overrides returns what the scenario says of prices.
func (s *Scenario) overrides() catalog.Overrides {
	var o catalog.Overrides
	add := func(class catalog.Class, item string, usd float64) {
		o.Entries = append(o.Entries, catalog.Entry{Class: class, Item: item, Price: catalog.FromUSD(usd)})
	}
	optional := func(class catalog.Class, item string, usd *float64) {
		if usd != nil {
			add(class, item, *usd)
		}
	}
	p := s.Prices
	for _, name := range slices.Sorted(maps.Keys(p.EC2)) {
		add(catalog.EC2, name, p.EC2[name])
	}
	for _, name := range slices.Sorted(maps.Keys(p.Spot)) {
		add(catalog.Spot, name, p.Spot[name])
	}
	optional(catalog.Fargate, catalog.FargateVCPU, p.Fargate.VCPU)
	optional(catalog.Fargate, catalog.FargateMemory, p.Fargate.Memory)
	optional(catalog.Fargate, catalog.FargateStorage, p.Fargate.Storage)
	optional(catalog.FargateSpot, catalog.FargateVCPU, p.FargateSpot.VCPU)
	optional(catalog.FargateSpot, catalog.FargateMemory, p.FargateSpot.Memory)
	optional(catalog.EBS, "", p.EBS)
	optional(catalog.PublicIPv4, "", p.PublicIPv4)
	d := p.Discounts
	o.Discounts = map[catalog.Class]float64{}
	for class, fraction := range map[catalog.Class]float64{
		catalog.EC2: d.EC2, catalog.Spot: d.Spot, catalog.Fargate: d.Fargate,
		catalog.FargateSpot: d.FargateSpot, catalog.EBS: d.EBS, catalog.PublicIPv4: d.PublicIPv4,
	} {
		if fraction != 0 {
			o.Discounts[class] = fraction
		}
	}
	return o
}

// ErrInterrupted is returned by [World.Run] with the result of what was
// computed until then.
var ErrInterrupted = errors.New("interrupted")

// Run runs the world to its end, or until ctx is done: then the result is what
// was computed so far and the error [ErrInterrupted]. A world runs once.
func (w *World) Run(ctx context.Context) (*report.Result, error) {
	stop := context.AfterFunc(ctx, w.kernel.Interrupt)
	defer stop()
	if w.options.Pulse != nil {
		w.kernel.Pulse(func() { w.options.Pulse(w.progress()) })
	}
	err := w.kernel.Run(w.horizon)
	interrupted := errors.Is(err, sim.ErrInterrupted)
	switch {
	case w.scheduler.Err() != nil:
		return nil, w.sourceError(w.scheduler.Err())
	case err != nil && !interrupted:
		return nil, err
	}
	if w.checker != nil {
		if err := w.checker.All(); err != nil {
			return nil, fmt.Errorf("at the end: %w", err)
		}
	}
	end := w.kernel.Now()
	if !interrupted && w.horizon != sim.Never {
		end = w.horizon
	}
	result := w.result(end, !interrupted)
	if interrupted {
		return result, ErrInterrupted
	}
	return result, nil
}

// sourceError makes an error of a trace one of the data.
func (w *World) sourceError(err error) error {
	var data *DataError
	var issues Errors
	if errors.As(err, &data) || errors.As(err, &issues) {
		return err
	}
	return &DataError{err}
}

// progress tells how far the run has come.
func (w *World) progress() Progress {
	p := Progress{Now: w.kernel.Now(), Tasks: int64(w.cluster.Submitted())}
	for i, in := range w.inputs {
		if share := in.ReadShare(); i == 0 || share < p.Read {
			p.Read = share
		}
	}
	return p
}

// result gathers what the watchers have measured.
func (w *World) result(end sim.Time, complete bool) *report.Result {
	s := w.scenario
	if s.Warmup > 0 && !w.warm { // interrupted in it, or nothing has happened since
		w.endWarmup(min(end, s.Warmup))
	}
	if w.live != nil {
		w.live.close(end)
	}
	w.deployments.close(end)
	w.meter.Close(end)
	r := &report.Result{
		Series:        w.meter.Recorder.Series(),
		Heatmap:       w.meter.Recorder.Heatmap(),
		WaitingCounts: w.meter.Tally.WaitingCounts(),
		Capacity:      w.meter.Recorder.Capacity(),
		Scenario:      string(s.Source),
		Description:   s.Description,
		Run:           report.Run{Version: w.options.Version, Scenario: s.Name, Variant: s.Variant, Events: w.kernel.Fired(), Tasks: w.cluster.Submitted()},
	}
	sum := &r.Summary
	*sum = report.Summary{
		Schema:            report.Schema,
		Version:           w.options.Version,
		Scenario:          s.Name,
		Variant:           s.Variant,
		Seed:              uint64(s.Seed),
		Complete:          complete,
		Start:             s.Start.UTC().Format(time.RFC3339Nano),
		End:               s.Start.Add(time.Duration(end)).UTC().Format(time.RFC3339Nano),
		WarmupSeconds:     s.Warmup.Seconds(),
		SimulatedSeconds:  end.Seconds(),
		Instances:         w.meter.Recorder.Instances(),
		Utilisation:       w.meter.Recorder.Utilisation(),
		Cost:              w.meter.Ledger.Cost(),
		Spot:              w.meter.Spot(),
		CapacityProviders: w.meter.Recorder.CapacityProviders(),
		Services:          w.meter.Recorder.Services(),
		Bounds:            w.meter.Floor.Bounds(w.meter.Recorder),
		Fragments:         w.meter.Recorder.Fragmentation(),
		Expectations:      []report.Expectation{},
	}
	if w.live != nil {
		r.Scaling = w.meter.Recorder.Scaling()
		w.live.describe(sum.Services, end)
	}
	sum.Tasks, sum.Jobs = w.meter.Tally.Tasks(end)
	for _, src := range w.sources {
		if src.trace != nil {
			sum.Tasks.BadRows += int64(src.trace.Skipped())
		}
	}
	for _, t := range w.tasks {
		if !t.terms.daemon && slices.ContainsFunc(t.all, func(p builtProvider) bool { return p.Kind() != KindFargate }) {
			r.Placement = append(r.Placement, placementSetting(t.terms))
		}
	}
	sum.Notes = w.allNotes(sum)
	measured := *sum
	measured.CapacityProviders = s.followed(sum.CapacityProviders)
	for _, e := range s.Expect {
		sum.Expectations = append(sum.Expectations, measured.Check(e.Metric, e.Min, e.Max))
	}
	sum.Notes = append(sum.Notes, r.Remarks()...)
	return r
}

// placementSetting tells the settings that the placement of a job or service
// hangs on.
func placementSetting(t terms) string {
	var rules []string
	for _, r := range *t.rules {
		rules = append(rules, placement.Rule{Type: r.Type, Field: r.Field}.String())
	}
	ties := "; ties to the instance launched first"
	switch last := rules[len(rules)-1]; {
	case last == "random" || last == "first-fit" || last == "next-fit": // they leave none
		ties = ""
	case t.tieBreak == "random":
		ties = "; ties at random"
	}
	rounding := ""
	if t.rounding == "exact" {
		rounding = "; scores exact"
	}
	name := t.name
	if t.list == "services" {
		name = "service " + name
	}
	return name + ": " + strings.Join(rules, ", then ") + ties + rounding
}

// notModelled is what this version leaves out of every run, in words.
var notModelled = []string{
	"not modelled: the time to attach network interfaces; images are pulled and tasks start up in the time that the scenario states, or in none",
	"not modelled: launch quotas of tasks of jobs; API throttling",
	"not modelled: what load balancers cost; data transfer, logs and other services beside compute",
}

// allNotes lists what a reader of the summary should know.
func (w *World) allNotes(sum *report.Summary) []string {
	notes := slices.Concat(w.scenario.Notes, w.notes)
	var old []string
	for _, what := range slices.Sorted(maps.Keys(w.dated)) {
		if p := w.dated[what]; p.old {
			old = append(old, fmt.Sprintf("%s (%s)", what, p.date))
		}
	}
	if len(old) > 0 {
		notes = append(notes, "prices older than 18 months: "+strings.Join(old, ", "))
	}
	for _, src := range w.sources {
		if src.misfits > 0 {
			notes = append(notes, fmt.Sprintf("job %s: tasks that no instance could hold even when empty, rejected: %d", src.job.Name, src.misfits))
		}
		if src.trace != nil && src.trace.Skipped() > 0 {
			note := fmt.Sprintf("job %s: malformed rows were skipped: %d", src.job.Name, src.trace.Skipped())
			if bad := src.trace.BadRows(); len(bad) > 0 {
				note += ", the first: " + bad[0].Error()
			}
			notes = append(notes, note)
		}
	}
	notes = append(notes, w.heldJobs()...)
	notes = append(notes, w.live.notes()...)
	for _, v := range w.scheduler.Services() {
		if v.Unplaced() > 0 {
			notes = append(notes, fmt.Sprintf("%s: tasks without a place at the end: %d of %d", strings.Replace(v.Name(), "/", " ", 1), v.Unplaced(), v.Desired()))
		}
	}
	if t := sum.Tasks; t.Pending > 0 {
		share := 100 * float64(t.Pending) / float64(max(1, t.Submitted))
		switch {
		case w.horizon == sim.Never && sum.Complete:
			notes = append(notes, fmt.Sprintf("%d tasks still wait at the end, and nothing can make room for them", t.Pending))
		case share > 1:
			notes = append(notes, fmt.Sprintf("%d tasks (%.1f %%) never started; waiting times are of those that did", t.Pending, share))
		}
	}
	notes = append(notes, notModelled...)
	for _, path := range w.scenario.NotModelled {
		notes = append(notes, "not modelled: "+path)
	}
	return append(notes, w.capacityNotes()...)
}

// expectable finds out before the run whether the metrics that a scenario
// expects something of are there.
func (w *World) expectable() error {
	sum := report.Summary{Services: map[string]report.Service{}, Jobs: map[string]report.Job{}}
	sum.Cost.ByCapacityProvider, sum.Cost.ByService, sum.Cost.ByJob = map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, j := range w.scenario.Jobs {
		sum.Jobs[j.Name] = report.Job{}
		sum.Cost.ByJob[j.Name] = 0
	}
	for _, service := range w.scenario.Services {
		sum.Services[service.Name] = report.Service{}
		sum.Cost.ByService[service.Name] = 0
	}
	for _, p := range w.scenario.Cluster.CapacityProviders {
		sum.Cost.ByCapacityProvider[p.Name] = 0
	}
	sum.CapacityProviders = w.scenario.followed(nil)
	var issues Errors
	for i, e := range w.scenario.Expect {
		if _, err := sum.Metric(e.Metric); err != nil {
			issues = append(issues, w.scenario.Issue(fmt.Sprintf("expect.%d.metric", i), "%v", err))
		}
	}
	return issues.sorted()
}

// followed returns what came of the capacity providers that can be followed, of
// which some may have had nothing happen to them: groups where one of them moves,
// and Fargate where it takes tasks back there.
func (s *Scenario) followed(found map[string]report.CapacityProvider) map[string]report.CapacityProvider {
	all := map[string]report.CapacityProvider{}
	if !slices.ContainsFunc(s.Cluster.CapacityProviders, s.moves) {
		return all
	}
	for _, p := range s.Cluster.CapacityProviders {
		of, ok := found[p.Name]
		if !ok && p.Scales() {
			of.Reservation = &report.ReservationLevel{}
		}
		if ok || p.AutoScalingGroup != nil || p.Kind() == KindFargate && s.takesBack(p) {
			all[p.Name] = of
		}
	}
	return all
}
