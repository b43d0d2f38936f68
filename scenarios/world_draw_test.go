package scenarios

import (
	"encoding/json"
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// node is a mapping of a scenario document. Written as JSON it is YAML too.
type node = map[string]any

// drawnWorld draws scenarios in which everything is combined with everything,
// each small and meant to be valid.
var drawnWorld = rapid.Custom(func(t *rapid.T) node { return (&drawer{t: t}).world() })

// drawnServerless draws scenarios on Fargate, where nobody takes another's place.
var drawnServerless = rapid.Custom(func(t *rapid.T) node { return (&drawer{t: t, serverless: true}).world() })

// drawer draws the parts of a scenario.
type drawer struct {
	t          *rapid.T
	serverless bool
	minutes    int      // of the run
	groups     []string // capacity providers by kind
	outside    []string
	fargate    []string
	zones      []string // that groups use
	gpus       bool     // machines have GPUs
	beyond     bool     // each group has a zone beside us-east-1b
	spot       []string // capacity providers with Spot capacity
	queue      node     // of all jobs
	events     []any
}

// below draws a number from 0 to n-1, all equally likely: rapid's own integers
// prefer small ones, and so leave most combinations out.
func (d *drawer) below(n int) int {
	bits := 0
	for range 10 {
		bits *= 2
		if fair.Draw(d.t, "bit") {
			bits++
		}
	}
	return bits * n / 1024
}

var fair = rapid.Bool()

func (d *drawer) between(low, high int) int { return low + d.below(high-low+1) }

// chance is true so many times of a hundred.
func (d *drawer) chance(percent int) bool { return d.below(100) >= 100-percent }

// one draws an element; the first is the simplest.
func one[T any](d *drawer, of ...T) T { return of[d.below(len(of))] }

// several draws elements in their order, at least one.
func several(d *drawer, of ...string) []string {
	var all []string
	for _, s := range of {
		if d.chance(50) {
			all = append(all, s)
		}
	}
	if all == nil {
		all = append(all, one(d, of...))
	}
	return all
}

// maybe sets a field with the given chance. The value is drawn in any case, so
// that what is drawn after it stays the same when rapid leaves the field out.
func (d *drawer) maybe(n node, percent int, field string, value any) {
	if d.chance(percent) {
		n[field] = value
	}
}

func (d *drawer) minute(low, high int) string { return fmt.Sprintf("%dm", d.between(low, high)) }

// moment is a time within the run.
func (d *drawer) moment() string { return fmt.Sprintf("%ds", d.below(d.minutes*60)) }

// span is a time that may vary.
func (d *drawer) span(seconds int) any {
	switch d.below(5) {
	case 0:
		return fmt.Sprintf("%ds", d.between(0, seconds))
	case 1:
		return node{"distribution": "lognormal", "median": fmt.Sprintf("%ds", seconds), "p95": fmt.Sprintf("%ds", 3*seconds)}
	case 2:
		return node{"distribution": "exponential", "mean": fmt.Sprintf("%ds", seconds)}
	case 3:
		return node{"distribution": "uniform", "min": "0s", "max": fmt.Sprintf("%ds", 2*seconds)}
	}
	return fmt.Sprintf("%ds", seconds)
}

func (d *drawer) world() node {
	d.minutes = 60 * d.between(1, 6)
	w := node{
		"region": "us-east-1", "start": one(d, "2026-03-02T08:00:00Z", "2026-03-08T05:30:00Z"), "duration": fmt.Sprintf("%dm", d.minutes) + one(d, "", "", "", "20s", "59s"),
		"seed": d.between(1, 1000), "initialState": one(d, "warm", "cold"),
	}
	d.maybe(w, 30, "warmup", d.minute(1, 59)+one(d, "", "", "1s", "30s"))
	d.queue = one(d, node{}, node{"blocking": "strict"}, node{"blocking": "strict", "backfill": true}, node{"order": "priority"},
		node{"order": "priority", "blocking": "strict"}, node{"order": "priority", "blocking": "strict", "backfill": true}, node{"order": "fairShare"})
	w["cluster"] = node{"capacityProviders": d.providers(), "accountSettings": node{"awsvpcTrunking": one(d, "disabled", "enabled")}}
	definitions := node{"job0": d.definition(false), "job1": d.definition(false)}
	var services, jobs []any
	for i := range d.below(4) {
		name := fmt.Sprintf("s%d", i)
		definitions[name], definitions[name+"b"] = d.definition(true), d.definition(true)
		services = append(services, d.service(name))
	}
	n := d.below(4)
	if n+len(services) == 0 {
		n = 1
	}
	for i := range n {
		jobs = append(jobs, d.job(fmt.Sprintf("j%d", i), jobs))
	}
	w["taskDefinitions"] = definitions
	if services != nil {
		w["services"] = services
	}
	if jobs != nil {
		w["jobs"] = jobs
	}
	d.happenings()
	if d.events != nil {
		w["events"] = d.events
	}
	failures := node{}
	d.maybe(failures, 20, "instances", node{"meanTimeToFailure": one(d, "2h", "30m", "10h")})
	d.maybe(failures, 20, "launches", node{"probability": one(d, 0.1, 0.5, 0.9)})
	if len(failures) > 0 {
		w["failures"] = failures
	}
	return w
}

func (d *drawer) providers() []any {
	var all []any
	add := func(list *[]string, name string, p node) {
		p["name"] = name
		all = append(all, p)
		*list = append(*list, name)
	}
	if d.serverless {
		add(&d.fargate, "FARGATE", node{})
		return all
	}
	d.beyond = true
	for i := range d.below(3) {
		name := fmt.Sprintf("ec2-%d", i)
		add(&d.groups, name, d.group(name))
	}
	if d.chance(30) || len(all) == 0 {
		var machines []any
		for i := range d.between(1, 2) {
			m := node{"count": d.between(1, 5), "cpu": one(d, 4096, 2048, 8192), "memory": one(d, 8192, 4096), "pricePerHour": one(d, 0, 0.25)}
			d.maybe(m, 20, "attributes", node{"rack": "r1"})
			if i == 0 && d.chance(30) {
				m["gpus"], d.gpus = 2, true
			}
			machines = append(machines, m)
		}
		add(&d.outside, "iron", node{"external": node{"instances": machines}})
	}
	if d.chance(40) {
		add(&d.fargate, "FARGATE", node{})
	}
	if d.chance(40) {
		p := node{}
		if d.chance(60) {
			market := node{}
			d.maybe(market, 70, "interruptions", node{"ratePerHour": one(d, 0.1, 1, 10)})
			d.maybe(market, 30, "notice", one(d, "2m", "10s", "1h"))
			var unavailable []any
			at := 0
			for range d.below(3) {
				at += d.between(0, d.minutes/4)
				length := d.between(1, 60)
				unavailable = append(unavailable, node{"at": fmt.Sprintf("%dm", at), "duration": fmt.Sprintf("%dm", length)})
				at += length
			}
			if unavailable != nil {
				market["unavailable"] = unavailable
			}
			p["spotMarket"] = market
		}
		d.spot = append(d.spot, "FARGATE_SPOT")
		add(&d.fargate, "FARGATE_SPOT", p)
	}
	return all
}

var drawnTypes = []string{"m6i.large", "c6i.large", "m5.large", "c6i.xlarge", "c5.large"}

func (d *drawer) group(name string) node {
	g, p := node{}, node{}
	zones := several(d, "us-east-1a", "us-east-1b", "us-east-1d")
	d.zones = append(d.zones, zones...)
	d.beyond = d.beyond && (len(zones) > 1 || zones[0] != "us-east-1b")
	g["availabilityZones"] = zones
	desired := d.below(6)
	g["desiredCapacity"] = desired
	if desired == 0 {
		g["maxSize"] = d.between(1, 8)
	} else if d.chance(80) {
		g["minSize"], g["maxSize"] = d.between(0, desired), d.between(desired, desired+8)
	}
	weighted, spot, recorded := d.types(g)
	if spot {
		d.spot = append(d.spot, name)
		d.maybe(g, 40, "capacityRebalance", true)
		d.maybe(g, 80, "spotMarket", d.market(zones, recorded))
	} else if d.chance(20) {
		pool := node{"minSize": d.below(4), "poolState": one(d, "Stopped", "Running", "Hibernated"), "startTime": d.span(30)}
		d.maybe(pool, 30, "maxGroupPreparedCapacity", desired+d.below(8))
		g["warmPool"] = pool
	}
	scales := !weighted && d.chance(60)
	protected := d.chance(40)
	if protected {
		g["newInstancesProtectedFromScaleIn"] = true
	}
	if scales {
		m := node{"status": "ENABLED"}
		d.maybe(m, 40, "targetCapacity", one(d, 100, 70, 10, 1))
		d.maybe(m, 30, "instanceWarmupPeriod", one(d, 0, 60, 900))
		d.maybe(m, 20, "minimumScalingStepSize", d.between(1, 3))
		d.maybe(m, 20, "maximumScalingStepSize", d.between(3, 5))
		p["managedScaling"] = m
		if protected && d.chance(70) {
			p["managedTerminationProtection"] = "ENABLED"
		}
	}
	d.maybe(p, 20, "managedDraining", "DISABLED")
	d.maybe(g, 20, "terminationPolicies", several(d, "Default", "AllocationStrategy", "OldestInstance", "NewestInstance", "ClosestToNextInstanceHour", "OldestLaunchTemplate"))
	d.maybe(g, 20, "availabilityZoneDistribution", node{"capacityDistributionStrategy": "balanced-only"})
	d.maybe(g, 30, "agent", node{"ECS_ENABLE_SPOT_INSTANCE_DRAINING": true})
	d.maybe(g, 60, "bootTime", d.span(120))
	d.maybe(g, 10, "ebs", node{"volumeSize": 30})
	d.maybe(g, 10, "publicIpv4", true)
	d.maybe(g, 20, "attributes", node{"rack": "r2"})
	d.maybe(g, 10, "reservedMemory", 256)
	var hooks []any
	for _, transition := range []string{"LAUNCHING", "TERMINATING"} {
		if d.chance(15) {
			hooks = append(hooks, node{
				"lifecycleTransition": "autoscaling:EC2_INSTANCE_" + transition, "duration": d.span(90),
				"heartbeatTimeout": one(d, 3600, 60), "defaultResult": one(d, "ABANDON", "CONTINUE"),
			})
		}
	}
	if hooks != nil {
		g["lifecycleHooks"] = hooks
	}
	p["autoScalingGroup"] = g
	return p
}

// types draws what a group buys: whether its instances have weights, whether some
// are Spot, and whether there is a record of Spot prices of one of them.
func (d *drawer) types(g node) (weighted, spot, recorded bool) {
	list := several(d, drawnTypes...)
	if d.chance(40) {
		g["instanceTypes"] = list
		if d.chance(70) {
			return false, false, false
		}
	}
	distribution := node{"onDemandBaseCapacity": d.below(3), "onDemandPercentageAboveBaseCapacity": one(d, 0, 50, 100)}
	spot = distribution["onDemandPercentageAboveBaseCapacity"] != 100
	policy := node{"instancesDistribution": distribution}
	strategy := one(d, "lowest-price", "price-capacity-optimized", "capacity-optimized", "capacity-optimized-prioritized", "diversified")
	distribution["spotAllocationStrategy"] = strategy
	if strategy == "lowest-price" {
		d.maybe(distribution, 30, "spotInstancePools", d.between(1, 3))
	}
	if spot {
		d.maybe(distribution, 10, "spotMaxPrice", one(d, 0.03, 0.1))
	}
	g["mixedInstancesPolicy"] = policy
	if g["instanceTypes"] != nil {
		return false, spot, slices.Contains(list, "c5.large")
	}
	var overrides []any
	if d.chance(15) {
		overrides = append(overrides, node{"instanceRequirements": node{
			"vCpuCount": node{"min": 2, "max": 4}, "memoryMiB": node{"min": 4096, "max": 16384}, "allowedInstanceTypes": []string{"m*.large", "c*.xlarge"},
		}})
	} else {
		weighted = d.chance(25)
		for i, name := range list {
			o := node{"instanceType": name}
			if weighted {
				o["weightedCapacity"] = 1 + i%3
			}
			overrides = append(overrides, o)
		}
	}
	policy["overrides"] = overrides
	return weighted, spot, overrides[0].(node)["instanceType"] != nil && slices.Contains(list, "c5.large")
}

func (d *drawer) market(zones []string, recorded bool) node {
	m := node{}
	whole := node{"meanTimeBetween": d.minute(30, 600), "duration": d.minute(5, 60)}
	switch d.below(7) {
	case 0:
		m["interruptions"] = "none"
	case 1:
		m["interruptions"] = "advisor"
	case 2:
		m["interruptions"] = node{"wholePool": whole}
	case 3:
		m["interruptions"] = node{"ratePerHour": 1, "wholePool": whole}
	case 4:
		m["interruptions"] = one(d, node{"advisor": node{"factor": 1000}}, node{"trace": "testdata/spot/availability.csv"})
	default:
		m["interruptions"] = node{"ratePerHour": one(d, 0.2, 2, 20)}
	}
	d.maybe(m, 30, "notice", one(d, "2m", "0s", "10s", "30m"))
	d.maybe(m, 40, "rebalanceRecommendation", one(d, "2m", "30m", "10s"))
	switch d.below(4) {
	case 0:
		m["price"] = node{"model": node{"volatility": 0.3, "step": "10m"}}
	case 1, 2:
		if recorded {
			m["price"] = node{"history": "testdata/spot/prices.tsv"}
		}
	}
	if d.chance(30) {
		m["pools"] = []any{node{"availabilityZone": zones[0], "depth": d.below(4)}}
	}
	return m
}

// definition draws a task definition whose size is one of Fargate's.
func (d *drawer) definition(ofService bool) node {
	n := one(d, node{"cpu": 256, "memory": 512}, node{"cpu": 512, "memory": 1024}, node{"cpu": 1024, "memory": 2048}, node{"cpu": 256, "memory": 2048})
	d.maybe(n, 40, "startup", d.span(20))
	d.maybe(n, 40, "stopTimeout", one(d, 30, 0, 120))
	d.maybe(n, 20, "imageSizeMiB", 400)
	d.maybe(n, 30, "usage", node{"cpu": 0.5, "memory": 0.5})
	if !ofService {
		return n
	}
	if d.chance(40) {
		n["healthCheck"] = node{"interval": one(d, 30, 5), "retries": d.between(1, 3), "startPeriod": one(d, 0, 60)}
	}
	if d.chance(40) {
		f := node{}
		d.maybe(f, 50, "atStart", one(d, 0.1, 0.5, 1))
		d.maybe(f, 50, "unhealthy", one(d, 0.1, 0.5, 1))
		d.maybe(f, 50, "after", d.span(60*d.between(5, 200)))
		n["failures"] = f
	}
	return n
}

// target draws where tasks go, and says whether that is Fargate, and whether
// external machines are among it.
func (d *drawer) target(of node) (fargate, external, divided bool) {
	kinds := slices.DeleteFunc([][]string{d.groups, d.outside, d.fargate}, func(k []string) bool { return k == nil })
	names := one(d, kinds...)
	fargate, external = names[0][0] == 'F', names[0] == "iron"
	if !fargate && d.chance(40) {
		if d.chance(50) {
			of["capacityProviders"] = names
			return fargate, external, false
		}
		if d.groups != nil || d.outside != nil { // all of them
			return false, d.outside != nil, false
		}
	}
	var items []any
	for i, name := range names {
		if i > 0 && d.chance(40) {
			break
		}
		item := node{"capacityProvider": name, "weight": d.between(1, 3)}
		if i == 0 {
			d.maybe(item, 30, "base", d.between(1, 3))
		}
		items = append(items, item)
	}
	of["capacityProviderStrategy"] = items
	return fargate, external, len(items) > 1
}

// rules draws how tasks are placed.
func (d *drawer) rules(of node, daemon, external bool) {
	if !daemon && d.chance(60) {
		of["placementStrategy"] = one(d, []any{node{"type": "binpack", "field": "cpu"}}, []any{node{"type": "binpack", "field": "memory"}},
			[]any{node{"type": "spread", "field": "attribute:ecs.availability-zone"}, node{"type": "binpack", "field": "cpu"}},
			[]any{node{"type": "spread", "field": "instanceId"}}, []any{node{"type": "random"}}, []any{node{"type": "best-fit"}}, []any{node{"type": "first-fit"}},
			[]any{node{"type": "next-fit"}}, []any{node{"type": "power-of-d", "field": "2"}}, []any{node{"type": "dot-product"}}, []any{node{"type": "least-allocated"}}, []any{node{"type": "fgd"}})
	}
	if d.chance(20) {
		expression := "attribute:ecs.os-type == linux"
		if d.beyond && !external && d.chance(50) {
			expression = "attribute:ecs.availability-zone != us-east-1b"
		}
		of["placementConstraints"] = one(d, []any{node{"type": "distinctInstance"}}, []any{node{"type": "memberOf", "expression": expression}},
			[]any{node{"type": "memberOf", "expression": "task:group == service:s0"}}, []any{node{"type": "memberOf", "expression": "not(task:group == family:j0)"}})
	}
	d.maybe(of, 10, "tieBreak", "random")
}

func (d *drawer) service(name string) node {
	s := node{"name": name, "taskDefinition": name}
	fargate, external, _ := d.target(s)
	daemon := !fargate && d.chance(10)
	if !fargate {
		d.rules(s, daemon, external)
	}
	if daemon {
		s["schedulingStrategy"] = "DAEMON"
		if d.chance(50) {
			d.events = append(d.events, node{"at": d.moment(), "deploy": node{"service": name, "taskDefinition": name + "b"}})
		}
		return s
	}
	n := d.below(9)
	s["desiredCount"] = n
	s["deploymentConfiguration"] = d.deployment(external)
	if d.chance(40) {
		b := node{"healthCheckIntervalSeconds": one(d, 30, 10), "deregistrationDelay": one(d, 300, 0, 20)}
		d.maybe(b, 30, "slowStart", 60)
		s["loadBalancers"] = []any{b}
	}
	d.maybe(s, 40, "healthCheckGracePeriodSeconds", one(d, 60, 600))
	d.maybe(s, 10, "availabilityZoneRebalancing", "DISABLED")
	if d.chance(50) {
		d.loaded(s, n, fargate)
	}
	for range d.below(4) {
		deploy := node{"service": name}
		if d.chance(75) {
			deploy["taskDefinition"] = name + one(d, "b", "")
		}
		d.events = append(d.events, node{"at": d.moment(), "deploy": deploy})
	}
	return s
}

func (d *drawer) deployment(external bool) node {
	percent := one(d, [2]int{100, 200}, [2]int{0, 100}, [2]int{0, 200}, [2]int{50, 200}, [2]int{100, 400})
	of := node{"minimumHealthyPercent": percent[0], "maximumPercent": percent[1]}
	strategy := one(d, "ROLLING", "ROLLING", "BLUE_GREEN", "LINEAR", "CANARY")
	if external || strategy == "ROLLING" {
		if d.chance(50) {
			b := node{"enable": true, "rollback": d.chance(60)}
			d.maybe(b, 30, "thresholdConfiguration", node{"type": "COUNT", "value": d.between(1, 5)})
			d.maybe(b, 30, "resetOnHealthyTask", false)
			of["deploymentCircuitBreaker"] = b
		}
		return of
	}
	of["strategy"], of["bakeTimeInMinutes"] = strategy, one(d, 0, 5, 60)
	switch strategy {
	case "LINEAR":
		of["linearConfiguration"] = node{"stepPercent": one(d, 10, 30, 100), "stepBakeTimeInMinutes": one(d, 0, 3)}
	case "CANARY":
		of["canaryConfiguration"] = node{"canaryPercent": one(d, 5, 50, 100), "canaryBakeTimeInMinutes": one(d, 0, 10)}
	}
	return of
}

// loaded draws the requests of a service, and how it follows them.
func (d *drawer) loaded(s node, n int, fargate bool) {
	rate := any(one(d, 20, 0, 200))
	if d.chance(60) {
		rate = node{"profile": node{
			"base": 50, "daily": node{"amplitude": one(d, 0, 0.9)}, "noise": node{"cv": one(d, 0, 0.3), "correlation": "10m"},
			"spikes": []any{node{"at": d.moment(), "rise": "2m", "hold": "20m", "fall": "5m", "factor": one(d, 5, 0, 50)}},
		}}
	}
	load := node{"requestsPerSecond": rate, "perRequest": node{"cpuSeconds": one(d, 0.01, 0.05), "latency": "50ms", "cv": one(d, 1, 0)}}
	d.maybe(load, 60, "timeout", one(d, "2s", "100ms", "5m"))
	if !fargate {
		d.maybe(load, 30, "cpuBurst", true)
	}
	s["load"] = load
	if !d.chance(70) {
		return
	}
	low := d.below(n + 1)
	of := node{"minCapacity": low, "maxCapacity": n + d.below(10)}
	if d.chance(60) {
		of["targetTracking"] = []any{node{
			"name": "cpu", "predefinedMetricType": one(d, "ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilizationHighResolution"), "targetValue": one(d, 60, 600),
			"scaleOutCooldown": one(d, 60, 0), "scaleInCooldown": one(d, 60, 300), "disableScaleIn": d.chance(10),
		}}
	}
	if d.chance(40) {
		metric := one(d, "CPUUtilization", "RequestCount", "TargetResponseTime", "BacklogPerTask")
		alarm := func(operator string, threshold int) node {
			return node{"metricName": metric, "comparisonOperator": operator, "threshold": threshold, "evaluationPeriods": 2}
		}
		of["stepScaling"] = []any{
			node{"name": "out", "adjustmentType": one(d, "ChangeInCapacity", "PercentChangeInCapacity"), "alarm": alarm("GreaterThanThreshold", 70), "stepAdjustments": []any{
				node{"metricIntervalLowerBound": 0, "metricIntervalUpperBound": 20, "scalingAdjustment": 1}, node{"metricIntervalLowerBound": 20, "scalingAdjustment": 50},
			}},
			node{"name": "in", "adjustmentType": "ChangeInCapacity", "alarm": alarm("LessThanThreshold", 30), "stepAdjustments": []any{node{"metricIntervalUpperBound": 0, "scalingAdjustment": -1}}},
		}
	}
	if d.chance(20) {
		of["scheduled"] = []any{node{"name": "later", "schedule": "rate(40 minutes)", "minCapacity": low, "maxCapacity": low + n}}
	}
	s["scaling"] = of
}

func (d *drawer) job(name string, before []any) node {
	j := node{"name": name, "queue": d.queue}
	fargate, external, divided := d.target(j)
	if !fargate {
		d.rules(j, false, external)
	}
	if fargate && d.chance(20) {
		j["trace"] = node{"generate": node{"tasks": 40, "span": "90m"}}
	} else {
		d.brought(j, fargate, external, divided, before)
	}
	d.maybe(j, 20, "onNoCapacity", "reject")
	d.maybe(j, 30, "priority", d.between(-2, 2))
	d.maybe(j, 30, "group", one(d, "red", "blue"))
	switch d.below(4) {
	case 0:
		j["onInterruption"] = "lose"
	case 1:
		j["onInterruption"] = node{"checkpoint": one(d, "5m", "1m", "1h")}
		fallthrough
	default:
		d.maybe(j, 40, "retries", d.below(4))
	}
	return j
}

// brought draws the tasks of a job that are not in a trace.
func (d *drawer) brought(j node, fargate, external, divided bool, before []any) {
	gang := !divided && d.chance(20)
	if !gang && d.chance(50) {
		j["taskDefinition"] = one(d, "job0", "job1")
	} else {
		task := node{"cpu": d.between(1, 1500), "memory": d.between(64, 3000)}
		if !fargate {
			d.maybe(task, 20, "portMappings", []any{node{"containerPort": 80, "hostPort": one(d, 0, 8080)}})
		}
		if gpu := one(d, 1, 0.5, 2); external && d.gpus && d.chance(50) {
			task["gpu"] = gpu
		}
		d.maybe(task, 20, "startup", d.span(20))
		d.maybe(task, 20, "imageSizeMiB", 300)
		j["task"] = task
	}
	j["duration"] = d.span(60 * d.between(1, 90))
	once := false
	switch d.below(5) {
	case 0:
		j["count"], once = d.between(1, 12), true
	case 1:
		j["arrivals"], j["tasksPerArrival"] = node{"at": []string{d.minute(0, 10), d.minute(10, 30), d.minute(30, 60)}}, d.between(1, 4)
	case 2:
		j["arraySize"], once = d.between(2, 8), true
	case 3:
		j["schedule"], j["tasksPerArrival"] = one(d, "rate(20 minutes)", "cron(7 * * * ? *)"), d.between(1, 4)
	case 4:
		j["arrivals"] = node{"distribution": "exponential", "mean": d.minute(1, 15)}
		per := d.between(1, 3)
		j["tasksPerArrival"] = per
		d.maybe(j, 50, "count", per*d.between(1, 20))
	}
	if gang { // of tasks so small that an instance holds all of them
		j["gang"] = true
		delete(j, "placementConstraints")
		task := j["task"].(node)
		task["cpu"], task["memory"] = d.between(1, 160), d.between(64, 300)
		delete(task, "portMappings")
		delete(task, "gpu")
	}
	var after []any
	for _, b := range before {
		b := b.(node)
		ends := b["schedule"] == nil && (b["count"] != nil || b["arrivals"] == nil || b["arrivals"].(node)["at"] != nil)
		switch {
		case !d.chance(30):
		case once && !gang && j["arraySize"] != nil && j["arraySize"] == b["arraySize"]:
			after = append(after, node{"job": b["name"], "type": "N_TO_N"})
		case ends:
			after = append(after, b["name"])
		}
	}
	if once && !gang && j["arraySize"] != nil && d.chance(20) {
		after = append(after, node{"type": "SEQUENTIAL"})
	}
	if after != nil {
		j["dependsOn"] = after
	}
}

// happenings draws what happens to the capacity.
func (d *drawer) happenings() {
	length := func(n node) node { d.maybe(n, 85, "duration", d.minute(1, 90)); return n }
	for range d.below(4) {
		var action node
		switch d.below(6) {
		case 5:
			action = node{"registryOutage": length(node{})}
		case 0:
			if d.zones != nil {
				action = node{"zoneOutage": length(node{"availabilityZone": one(d, d.zones...)})}
			}
		case 1:
			if d.zones != nil {
				action = node{"slowZone": length(node{"availabilityZone": one(d, d.zones...), "factor": one(d, 2, 20)})}
			}
		case 2:
			if all := slices.Concat(d.groups, d.fargate); all != nil {
				action = node{"launchFailure": length(node{"capacityProvider": one(d, all...)})}
			}
		case 3:
			if d.spot != nil {
				of := node{"capacityProvider": one(d, d.spot...)}
				d.maybe(of, 50, "count", d.between(1, 3))
				if of["capacityProvider"] != "FARGATE_SPOT" {
					d.maybe(of, 20, "availabilityZone", one(d, d.zones...))
				}
				action = node{"interrupt": of}
			}
		case 4:
			if d.groups != nil {
				of := node{"capacityProvider": one(d, d.groups...)}
				d.maybe(of, 50, "minHealthyPercentage", one(d, 90, 0, 50, 100))
				d.maybe(of, 30, "instanceWarmup", 120)
				action = node{"instanceRefresh": of}
			}
		}
		if action != nil {
			action["at"] = d.moment()
			d.events = append(d.events, action)
		}
	}
}

// written is the text of a drawn document.
func written(n node) []byte {
	text, err := json.MarshalIndent(n, "", " ")
	if err != nil {
		panic(err)
	}
	return text
}
