package scenarios

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/placement"
	"berth/scaling"
	"berth/workloads"
)

// The names that a scenario may use stand in the schema, what they mean stands
// in other rooms: neither may have one that the other lacks.
func TestTheSchemaNamesWhatThereIs(t *testing.T) {
	enum := func(of any, field string) []string {
		f, _ := reflect.TypeOf(of).FieldByName(field)
		return slices.Sorted(strings.FieldsSeq(f.Tag.Get("enum")))
	}
	var formats []string
	for _, f := range workloads.Formats() {
		formats = append(formats, f.Name)
	}
	slices.Sort(formats)
	assert.Equal(t, formats, enum(Trace{}, "Format"))
	var rates []string
	for _, f := range workloads.RateFormats() {
		rates = append(rates, f.Name)
	}
	assert.Equal(t, slices.Sorted(slices.Values(rates)), enum(RateTrace{}, "Format"))
	var metrics []string
	for _, m := range scaling.PredefinedMetrics() {
		metrics = append(metrics, m.Type)
		assert.Equal(t, m.Metric.Namespace, namespace(m.Metric.Name), "an alarm may watch what target tracking may follow")
	}
	slices.Sort(metrics)
	assert.Equal(t, metrics, enum(TargetTracking{}, "PredefinedMetricType"))
	assert.Equal(t, metrics, enum(PredefinedMetricSpecification{}, "PredefinedMetricType"))
	for _, m := range metricsOf {
		assert.Contains(t, enum(Alarm{}, "Namespace"), m.namespace)
		assert.Contains(t, enum(CustomizedMetricSpecification{}, "Namespace"), m.namespace)
	}
	assert.Equal(t, slices.Sorted(maps.Keys(placement.Builtin())), enum(PlacementStrategy{}, "Type"))
	assert.Equal(t, slices.Sorted(slices.Values(workloads.DistributionNames())), enum(Quantity{}, "Distribution"))
}
