package scenarios

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"berth/placement"
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
	assert.Equal(t, slices.Sorted(maps.Keys(placement.Builtin())), enum(PlacementStrategy{}, "Type"))
	assert.Equal(t, slices.Sorted(slices.Values(workloads.DistributionNames())), enum(Quantity{}, "Distribution"))
}
