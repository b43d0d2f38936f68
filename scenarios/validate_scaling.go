package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/internal/spelling"
	"berth/scaling"
	"berth/sim"
	"berth/sim/cloudwatch"
)

// scaling checks how the desired count of a service moves: what stands in the
// document here, the rules of Application Auto Scaling in package scaling. It
// moves desiredCount between the bounds.
func (c *checker) scaling(s *Service, path string) {
	of, at := s.Scaling, join(path, "scaling")
	if of == nil {
		return
	}
	if s.Daemon() {
		c.issue(at, "a DAEMON has no desired count to scale: it runs one task on each instance that meets its placement constraints")
		return
	}
	places := c.scalingNames(of, at)
	for i, p := range c.paths(join(at, "targetTracking")) {
		c.tracking(s, of.TargetTracking[i], p)
	}
	for i, p := range c.paths(join(at, "stepScaling")) {
		c.alarm(s, &of.StepScaling[i].Alarm, join(p, "alarm"))
	}
	if len(of.PredictiveScaling) > 0 {
		c.predictive(s, at)
	}
	for i, a := range of.Actions() {
		c.action(a, places.actions[i])
	}
	c.reachable(of, places.actions)
	config := of.config(c.Start)
	for _, p := range config.Problems() {
		c.scalingProblem(p, places)
	}
	if n := s.DesiredCount; n != nil && !c.refused(at) {
		within := max(of.MinCapacity, min(*n, of.MaxCapacity))
		if within != *n {
			c.note(join(path, "desiredCount"), "%d is outside of minCapacity and maxCapacity (%d to %d), so that the service starts with %d", *n, of.MinCapacity, of.MaxCapacity, within)
		}
		s.DesiredCount = &within
	}
}

// scalingPlaces are where the policies and actions of a [scaling.Config] stand
// in the document.
type scalingPlaces struct {
	root                          string
	policies, predictive, actions []string
}

// scalingNames gives policies and actions AWS's name for their name, and finds
// where they stand.
func (c *checker) scalingNames(s *Scaling, path string) scalingPlaces {
	places := scalingPlaces{root: path}
	for i, p := range s.TargetTracking {
		at := c.index(path, "targetTracking", i)
		c.longName(&p.Name, p.PolicyName, at, "policyName")
		places.policies = append(places.policies, at)
	}
	for i, p := range s.StepScaling {
		at := c.index(path, "stepScaling", i)
		c.longName(&p.Name, p.PolicyName, at, "policyName")
		places.policies = append(places.policies, at)
	}
	for i, p := range s.PredictiveScaling {
		at := c.index(path, "predictiveScaling", i)
		c.longName(&p.Name, p.PolicyName, at, "policyName")
		places.predictive = append(places.predictive, at)
	}
	list := "scheduled"
	switch {
	case len(s.Scheduled) == 0:
		list = "scheduledActions"
	case len(s.ScheduledActions) > 0:
		c.issue(join(path, "scheduledActions"), "AWS's name of scheduled, which is stated too; use one of them")
	}
	for i, a := range s.Actions() {
		at := c.index(path, list, i)
		c.longName(&a.Name, a.ScheduledActionName, at, "scheduledActionName")
		places.actions = append(places.actions, at)
	}
	return places
}

// longName takes AWS's name for a name where that is what is stated.
func (c *checker) longName(name *string, long, path, field string) {
	switch {
	case *name != "" && long != "":
		c.issue(join(path, field), "AWS's name of name, which is stated too; use one of them")
	case *name == "" && long == "":
		c.alsoIssue(join(path, "name"), "required, and left out")
	case *name == "":
		*name = long
	}
}

// tracking checks which metric a policy follows.
func (c *checker) tracking(s *Service, p *TargetTracking, path string) {
	short, long, own := join(path, "predefinedMetricType"), join(path, "predefinedMetricSpecification"), join(path, "customizedMetricSpecification")
	at := short
	switch {
	case c.stated(own):
		for _, other := range []string{short, long} {
			if c.stated(other) {
				c.issue(other, "a policy has one metric, and customizedMetricSpecification is stated too")
				return
			}
		}
		m := p.CustomizedMetricSpecification
		c.metric(s, m.MetricName, m.Namespace, m.Dimensions, own)
		return
	case c.stated(short) && c.stated(long):
		c.issue(long, "a policy has predefinedMetricType or predefinedMetricSpecification, and both are stated")
		return
	case c.stated(long):
		at = join(long, "predefinedMetricType")
	case !c.stated(short):
		c.alsoIssue(path, "expected predefinedMetricType, predefinedMetricSpecification or customizedMetricSpecification")
		return
	}
	all := scaling.PredefinedMetrics()
	if i := slices.IndexFunc(all, func(m scaling.PredefinedMetric) bool { return m.Type == p.Metric() }); i >= 0 {
		c.published(s, all[i].Metric.Name, at)
	}
	if d := &s.DeploymentConfiguration; p.Metric() == "ALBRequestCountPerTarget" && !d.rolling() && d.Strategy != "" && !c.refused(at) {
		c.note(at, "Amazon ECS does not support ALBRequestCountPerTarget with blue/green deployments, for it is a metric of one of two target groups (strategy %s); here it is followed all the same", d.Strategy)
	}
}

// metric checks that something publishes a metric, and returns the service whose it
// is, nil where there is none.
func (c *checker) metric(s *Service, name, space string, dimensions []MetricDimension, path string) (of *Service) {
	of = s
	at := join(path, "metricName")
	for i, d := range dimensions {
		if d.Name != serviceName {
			continue
		}
		at = join(c.index(path, "dimensions", i), "value")
		j := slices.IndexFunc(c.Services, func(s *Service) bool { return s.Name == d.Value })
		if j < 0 {
			if !c.refused(at) {
				var names []string
				for _, s := range c.Services {
					names = append(names, s.Name)
				}
				c.issue(at, "no service of that name: %q%s", short(d.Value), meant(d.Value, names))
			}
			return nil
		}
		of = c.Services[j]
	}
	kind, known := publishedMetric(name)
	if !known {
		if at := join(path, "metricName"); name != "" && !c.refused(at) {
			c.issue(at, "nothing publishes a metric %q; there are %s%s", short(name), publishedNames(), near(name))
		}
		return of
	}
	if own := metricsOf[kind].namespace; space != "" && space != own {
		c.issue(join(path, "namespace"), "%s is a metric of %s", name, own)
	}
	c.published(of, name, at)
	return of
}

// near asks whether a metric was meant.
func near(name string) string {
	var names []string
	for _, m := range metricsOf {
		names = append(names, m.name)
	}
	if of := spelling.Nearest(name, names); of != "" {
		return fmt.Sprintf("; did you mean %q?", of)
	}
	return ""
}

// predictive checks the load that is forecast, and that the run is long enough for
// any forecast.
func (c *checker) predictive(s *Service, at string) {
	for _, p := range c.paths(join(at, "predictiveScaling")) {
		if s.Load == nil {
			c.alsoIssue(p, "there is no load to forecast of a service without load; give it load")
		}
		if least := scaling.LeastHistory * sim.Hour; c.Duration <= least {
			c.note(p, "a forecast needs the load of %d hours, and the run ends before there are any", scaling.LeastHistory)
		}
	}
}

// alarm checks the alarm of a step policy beyond its own rules: that something
// publishes its metric, and how often.
//
// Source: Amazon CloudWatch API, PutMetricAlarm; Amazon ECS developer guide,
// "Amazon ECS CloudWatch metrics" and "Faster auto scaling with high-resolution
// metrics".
func (c *checker) alarm(s *Service, a *Alarm, path string) {
	of := c.metric(s, a.MetricName, a.Namespace, a.Dimensions, path)
	kind, known := publishedMetric(a.MetricName)
	c.statistic(a, kind, path)
	if at := join(path, "period"); known && a.Period > 0 && a.Period < cloudwatch.Standard {
		switch {
		case !metricsOf[kind].fine:
			c.alsoIssue(at, fmt.Sprintf("%s has a datapoint each minute; expected whole minutes, found %v", a.MetricName, a.Period))
		case a.Period != cloudwatch.HighResolution:
			c.alsoIssue(at, fmt.Sprintf("%s has datapoints of 20s or a minute; expected 20s or whole minutes, found %v", a.MetricName, a.Period))
		}
	}
	longest, words := sim.Day, "day"
	if a.Period >= sim.Hour {
		longest, words = 7*sim.Day, "week"
	}
	if n := a.EvaluationPeriods; a.Period > 0 && n > int64(longest/a.Period) {
		c.issue(join(path, "evaluationPeriods"), "%d periods of %v are more than the %s that CloudWatch looks at", n, a.Period, words)
	}
	if at := join(path, "threshold"); known && metricsOf[kind].percent && !c.refused(at) && !c.refused(join(path, "comparisonOperator")) {
		bursts := kind == cpuUtilization && of != nil && of.Load != nil && of.Load.CPUBurst // above what is reserved
		switch above := strings.HasPrefix(a.ComparisonOperator, "Greater"); {
		case bursts && above:
		case above && a.Threshold > 100, above && a.Threshold == 100 && a.ComparisonOperator == string(scaling.Above):
			c.note(at, "tasks use at most 100 %% of what is reserved for them, so that the alarm never goes off")
		case a.Threshold < 0:
			c.issue(at, "expected a percentage from 0 on, found %v", a.Threshold)
		}
	}
}

// statistic checks the statistic of an alarm, which may be a percentile where the
// metric has samples.
func (c *checker) statistic(a *Alarm, kind published, path string) {
	at := join(path, "extendedStatistic")
	switch {
	case a.ExtendedStatistic == "" || c.refused(at):
	case c.stated(join(path, "statistic")):
		c.issue(at, "an alarm has statistic or extendedStatistic, and both are stated")
	case !scaling.Statistic(a.ExtendedStatistic).Percentile():
		c.issue(at, "expected a percentile such as p99 or p99.9, found %q", short(a.ExtendedStatistic))
	case kind != targetResponseTime && !c.refused(join(path, "metricName")):
		c.issue(at, "%s has no samples of which there are percentiles; only TargetResponseTime has", a.MetricName)
	}
}

// published checks that a service has a metric: CPU and requests come of its
// load; how much memory its tasks use is stated.
//
// Source: Elastic Load Balancing, Application Load Balancers, "CloudWatch metrics";
// Application Auto Scaling API, PredefinedMetricSpecification.
func (c *checker) published(s *Service, metric, path string) {
	switch {
	case metric == "" || c.refused(path):
	case s.Load == nil:
		c.issue(path, "nothing publishes %s of a service without load; give it load", metric)
	case metric == "MemoryUtilization" && c.memoryUsage(s) == nil:
		c.issue(path, "nothing publishes MemoryUtilization, for it is not known how much memory the tasks use; state usage.memory, in the service or its task definition")
	case len(s.LoadBalancers) == 0: // loadBalancers that are refused stop the run anyway
		if kind, _ := publishedMetric(metric); metricsOf[kind].namespace == loadBalancing {
			c.note(path, "%s is a metric of load balancers, and service %q has no loadBalancers, so that AWS does not publish it; here it is published all the same", metric, s.Name)
		}
	}
}

// memoryUsage returns which part of its memory a task uses, nil where that is
// not known.
func (c *checker) memoryUsage(s *Service) *float64 {
	if s.Usage != nil {
		return s.Usage.Memory
	}
	if d := c.Definition(s); d != nil && d.Usage != nil {
		return d.Usage.Memory
	}
	return nil
}

// action checks a scheduled action: its schedule and the shape of its bounds.
func (c *checker) action(a *ScheduledAction, path string) {
	zone := c.timezone(a.Timezone, join(path, "timezone"))
	if long := join(path, "scalableTargetAction"); c.stated(long) {
		for _, bound := range []string{"minCapacity", "maxCapacity"} {
			if c.stated(join(path, bound)) {
				c.issue(join(path, bound), "scalableTargetAction is stated too; use one of them")
			}
		}
	}
	c.firing(a.Schedule, zone, join(path, "schedule"), a.StartTime)
}

// firing checks a schedule and notes if it has no effect within the run.
func (c *checker) firing(text string, zone *time.Location, at string, start *time.Time) {
	if text == "" || c.refused(at) {
		return
	}
	schedule, err := scaling.ParseSchedule(text, zone)
	if err != nil {
		var wrong *scaling.SyntaxError
		if errors.As(err, &wrong) {
			c.issueWithin(at, wrong.Character-1, wrong.Message)
			return
		}
		c.issue(at, "%v", err)
		return
	}
	from := c.Start
	first, ever := schedule.Since(from).Next(from.Add(-1))
	if start != nil && start.After(from) {
		first, ever = *start, true
	}
	if end := c.Start.Add(time.Duration(c.Duration)); ever && c.Duration != sim.Never && !first.Before(end) {
		c.note(at, "%s happens first at %s, after the end of the run", text, first.Format(time.RFC3339))
	}
}

// reachable checks that an action which sets one bound alone does not take it
// past the other, where no other action moves that.
//
// Source: Application Auto Scaling user guide, "Scheduled scaling",
// "Considerations".
func (c *checker) reachable(s *Scaling, paths []string) {
	var lows, highs bool // some action sets it
	all := make([]scaling.ScheduledAction, len(paths))
	for i, a := range s.Actions() {
		all[i] = a.action()
		lows, highs = lows || all[i].MinCapacity != nil, highs || all[i].MaxCapacity != nil
	}
	for i, a := range all {
		switch low, high := a.MinCapacity, a.MaxCapacity; {
		case low != nil && high == nil && !highs && int64(*low) > s.MaxCapacity:
			c.alsoIssue(join(paths[i], "minCapacity"), fmt.Sprintf("%d is above maxCapacity (%d), which no action raises; give maxCapacity too", *low, s.MaxCapacity))
		case low == nil && high != nil && !lows && int64(*high) < s.MinCapacity:
			c.alsoIssue(join(paths[i], "maxCapacity"), fmt.Sprintf("%d is below minCapacity (%d), which no action lowers; give minCapacity too", *high, s.MinCapacity))
		}
	}
}

// scalingElement is a policy, action or step in the paths and messages of package
// scaling.
var scalingElement = regexp.MustCompile(`(policies|predictive|scheduledActions|stepAdjustments)\[(\d+)\]`)

// scalingProblem tells of a problem that package scaling has found, in the
// document's words. What cannot be decoded it takes for a problem too; that is
// told already.
func (c *checker) scalingProblem(p scaling.Problem, places scalingPlaces) {
	path := join(places.root, places.document(p.Path))
	if places.document(p.Path) == "" {
		path = places.root
	}
	message := scalingElement.ReplaceAllStringFunc(p.Message, func(of string) string { return strings.TrimPrefix(places.document(of), places.root+".") })
	switch head, last := cut(path); {
	case last == "policyName", last == "scheduledActionName":
		if !c.stated(path) {
			path = join(head, "name")
		}
	case path == join(places.root, "minCapacity") && c.refused(join(places.root, "maxCapacity")):
		return
	case last == "minCapacity" || last == "maxCapacity":
		if long := join(join(head, "scalableTargetAction"), last); c.stated(long) {
			path = long
		}
	case last == "scalableTargetAction" && !c.stated(path):
		path = head
	case last == "predefinedMetricType" && !c.stated(path) && !c.stated(join(head, "predefinedMetricSpecification")):
		return
	case last == "schedule" && c.refused(join(head, "timezone")):
		return
	case last == "minAdjustmentMagnitude" && c.refused(join(head, "adjustmentType")):
		return
	}
	if p.Warning {
		if !c.refused(path) {
			c.note(path, "%s", message)
		}
		return
	}
	c.alsoIssue(path, message)
}

// document writes a path of package scaling as one below scaling in the
// document.
func (p scalingPlaces) document(path string) string {
	path = scalingElement.ReplaceAllStringFunc(path, func(of string) string {
		m := scalingElement.FindStringSubmatch(of)
		i, _ := strconv.Atoi(m[2])
		switch {
		case m[1] == "policies" && i < len(p.policies):
			return strings.TrimPrefix(p.policies[i], p.root+".")
		case m[1] == "predictive" && i < len(p.predictive):
			return strings.TrimPrefix(p.predictive[i], p.root+".")
		case m[1] == "scheduledActions" && i < len(p.actions):
			return strings.TrimPrefix(p.actions[i], p.root+".")
		}
		return m[1] + "." + m[2]
	})
	return path
}

// cut splits the last part off a path.
func cut(path string) (head, last string) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}
