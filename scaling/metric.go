package scaling

import (
	"slices"

	"berth/sim"
)

// PredefinedMetric is a metric that target tracking knows by name, of an ECS
// service.
//
// Source: Application Auto Scaling API, PredefinedMetricSpecification; Amazon
// ECS developer guide, "Amazon ECS CloudWatch metrics" and "Faster auto
// scaling with high-resolution metrics".
type PredefinedMetric struct {
	Type      string // its name there: "ECSServiceAverageCPUUtilization"
	Metric    Metric // without the dimensions, which name the service or the target group
	Statistic Statistic
	Period    sim.Time // of one datapoint
	Percent   bool     // in percent of what is reserved, else requests per minute and target
}

// predefined are those there are, by their names.
var predefined = [...]PredefinedMetric{
	{"ALBRequestCountPerTarget", Metric{Namespace: "AWS/ApplicationELB", Name: "RequestCountPerTarget"}, Sum, sim.Minute, false},
	{"ECSServiceAverageCPUUtilization", Metric{Namespace: "AWS/ECS", Name: "CPUUtilization"}, Average, sim.Minute, true},
	{"ECSServiceAverageCPUUtilizationHighResolution", Metric{Namespace: "AWS/ECS", Name: "CPUUtilization"}, Average, 20 * sim.Second, true},
	{"ECSServiceAverageMemoryUtilization", Metric{Namespace: "AWS/ECS", Name: "MemoryUtilization"}, Average, sim.Minute, true},
	{"ECSServiceAverageMemoryUtilizationHighResolution", Metric{Namespace: "AWS/ECS", Name: "MemoryUtilization"}, Average, 20 * sim.Second, true},
}

// PredefinedMetrics returns those there are, by their names.
func PredefinedMetrics() []PredefinedMetric { return slices.Clone(predefined[:]) }

// predefinedMetric looks a predefined metric up.
func predefinedMetric(name string) (*PredefinedMetric, bool) {
	for i := range predefined {
		if predefined[i].Type == name {
			return &predefined[i], true
		}
	}
	return nil, false
}

// predefinedNames returns the names of predefined metrics.
func predefinedNames() []string {
	var names []string
	for i := range predefined {
		names = append(names, predefined[i].Type)
	}
	return names
}
