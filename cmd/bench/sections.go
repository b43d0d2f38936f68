package main

import (
	"fmt"

	"berth/sim"
	"berth/workloads"
)

var replayHead = []string{"program", "placements/s", "peak memory", "figure"}

func (t *table) addReplay(name string, r *replay) {
	t.add(name, perSecond(float64(r.tasks)/median(r.seconds)), memory(r.mib), "measured")
}

// w1 is W1: the whole life of a task, from its row of the trace to its place in
// the result.
func (b *bench) w1() (table, error) {
	trace, err := b.write("w1.csv", 100_000, 31.25)
	if err != nil {
		return table{}, err
	}
	packed := &replay{name: "W1, binpack", trace: trace, instances: 1000, strategy: binpack, sum: "134815870bb"}
	first := &replay{name: "W1, first fit", trace: trace, instances: 1000, strategy: firstFit, sum: "d54f323263"}
	if err := b.replay(packed, first); err != nil {
		return table{}, err
	}
	t := table{
		title: "Placement: W1",
		text: "100,000 tasks of ten sizes on 1,000 machines, up to 18,699 at once; one strict queue, exact binpack on CPU. berth reads the trace, queues, places, ends, bills and records each task; the sums over all placements are the known ones. " +
			"Others do what they do: most neither bill nor record.",
		head: replayHead,
	}
	t.addReplay("berth, binpack on CPU", packed)
	t.addReplay("berth, first fit", first)
	t.peers(w1Peers)
	return t, nil
}

// w1x is ten times W1 in both tasks and machines.
func (b *bench) w1x() (table, error) {
	trace, err := b.write("w1x.csv", 1_000_000, 312.5)
	if err != nil {
		return table{}, err
	}
	packed := &replay{name: "W1X, binpack", trace: trace, instances: 10_000, strategy: binpack, sum: "4b80bf930344c"}
	first := &replay{name: "W1X, first fit", trace: trace, instances: 10_000, strategy: firstFit}
	if err := b.replay(packed, first); err != nil {
		return table{}, err
	}
	t := table{
		title: "Placement: W1X",
		text:  "1,000,000 tasks on 10,000 machines, up to 186,240 at once: ten times W1.",
		head:  replayHead,
	}
	t.addReplay("berth, binpack on CPU", packed)
	t.addReplay("berth, first fit", first)
	t.peers(w1xPeers)
	return t, nil
}

// scale shows what a task costs when there are more machines.
func (b *bench) scale() (table, error) {
	steady, err := b.write("steady.csv", 1_000_000, 31.25)
	if err != nil {
		return table{}, err
	}
	medium, err := b.write("w1x.csv", 1_000_000, 312.5)
	if err != nil {
		return table{}, err
	}
	large, err := b.write("large.csv", 5_000_000, 3125)
	if err != nil {
		return table{}, err
	}
	rows := []struct {
		alive string
		replay
	}{
		{"18,700", replay{trace: steady, instances: 1000}},
		{"18,700", replay{trace: steady, instances: 10_000}},
		{"18,700", replay{trace: steady, instances: 100_000}},
		{"187,000", replay{trace: medium, instances: 10_000}},
		{"1,870,000", replay{trace: large, instances: 100_000}},
	}
	var replays []*replay
	for i := range rows {
		r := &rows[i].replay
		r.name, r.strategy = count(float64(r.instances))+" instances", binpack
		replays = append(replays, r)
	}
	if err := b.replay(replays...); err != nil {
		return table{}, err
	}
	t := table{
		title: "Scale",
		text:  "The whole life of a task, exact binpack on CPU, where as many tasks run at once and where they grow with the cluster. The last column is the cost in that of the first row.",
		head:  []string{"instances", "tasks at once", "ns per task", "placements/s", "peak memory", "cost"},
	}
	perTask := func(r *replay) float64 { return median(r.seconds) / float64(r.tasks) * 1e9 }
	for _, r := range rows {
		cost := perTask(&r.replay)
		t.add(count(float64(r.instances)), r.alive, count(cost), perSecond(1e9/cost), memory(r.mib), fmt.Sprintf("%.2f", cost/perTask(replays[0])))
	}
	return t, nil
}

// trace shows that memory does not grow with the length of a trace.
func (b *bench) trace() (table, error) {
	var replays []*replay
	for _, tasks := range []int{1_000_000, 10_000_000} {
		path, err := b.write(fmt.Sprintf("trace-%d.csv.gz", tasks), tasks, 312.5)
		if err != nil {
			return table{}, err
		}
		replays = append(replays, &replay{name: count(float64(tasks)) + " tasks", trace: path, instances: 10_000, strategy: binpack})
	}
	if err := b.replay(replays...); err != nil {
		return table{}, err
	}
	t := table{
		title: "A long trace",
		text:  "A gzipped CSV on 10,000 instances, 187,000 tasks at once, exact binpack on CPU.",
		head:  []string{"trace", "seconds", "placements/s", "peak memory"},
	}
	for _, r := range replays {
		t.add(r.name, fmt.Sprintf("%.1f", median(r.seconds)), perSecond(float64(r.tasks)/median(r.seconds)), memory(r.mib))
	}
	return t, nil
}

// movingTasks is how many tasks swing the fleet.
const movingTasks = 10_000_000

// moving shows what it costs that a fleet follows its load.
func (b *bench) moving() (table, error) { return b.movingOf(movingTasks) }

func (b *bench) movingOf(tasks int) (table, error) {
	const highest = 312.5 // tasks per second, for 10,000 instances
	mean := highest * 10.5 / 20
	period := min(6*sim.Hour, sim.Time(float64(tasks)/mean)*sim.Second)
	workload := workloads.W1()
	workload.Tasks, workload.RatePerSecond = tasks, mean
	path, err := b.writeSource(fmt.Sprintf("swing-%d.csv.gz", tasks), tasks, &swing{Source: workload.Source(), period: period})
	if err != nil {
		return table{}, err
	}
	const zones = "availabilityZones: [us-east-1a, us-east-1b, us-east-1d]"
	fixed := &replay{name: "fixed fleet", trace: path, strategy: binpack, group: "      autoScalingGroup: {instanceTypes: [m6i.8xlarge], " + zones + ", desiredCapacity: 10000}"}
	moving := &replay{name: "moving fleet", trace: path, strategy: binpack, group: `      managedScaling: {status: ENABLED}
      managedTerminationProtection: ENABLED
      autoScalingGroup:
        ` + zones + `
        minSize: 500
        maxSize: 10000
        newInstancesProtectedFromScaleIn: true
        bootTime: {distribution: lognormal, median: 75s, p95: 140s}
        mixedInstancesPolicy: {instancesDistribution: {onDemandPercentageAboveBaseCapacity: 70, spotAllocationStrategy: price-capacity-optimized}, overrides: [{instanceType: m6i.8xlarge}, {instanceType: m5.8xlarge}]}
        spotMarket: {interruptions: {ratePerHour: 0.02}, pools: [{depth: 10000}]}`}
	if err := b.replay(fixed, moving); err != nil {
		return table{}, err
	}
	t := table{
		title: "A fleet that moves",
		text: count(float64(tasks)) + " tasks whose rate swings by a factor of twenty, exact binpack on CPU: on 10,000 instances, and on a group that managed scaling moves between 500 and 10,000, 30 % of them Spot of which a fiftieth is interrupted each hour. " +
			"The last column is the cost in that of the first row.",
		head: []string{"fleet", "seconds", "placements/s", "peak memory", "cost"},
	}
	for _, r := range []*replay{fixed, moving} {
		t.add(r.name, fmt.Sprintf("%.1f", median(r.seconds)), perSecond(float64(r.tasks)/median(r.seconds)), memory(r.mib), fmt.Sprintf("%.2f", median(r.seconds)/median(fixed.seconds)))
	}
	return t, nil
}
