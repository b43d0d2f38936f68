package placement

import (
	"fmt"
	"strconv"
	"strings"

	"berth/sim/cluster"
)

// maxWeight is the largest weight of a resource.
// Source: kube-scheduler's ResourceSpec, weight 1 to 100.
const maxWeight = 100

// weights says how much each resource counts; at least one does.
type weights struct{ cpu, memory, gpu int64 }

// parseWeights reads "cpu=2 memory=1 gpu=5". A resource that is not named does
// not count, one without a number counts once; "" is what is given for it.
func parseWeights(field string, otherwise weights) (weights, error) {
	if field == "" {
		return otherwise, nil
	}
	var w weights
	of := map[string]*int64{"cpu": &w.cpu, "memory": &w.memory, "gpu": &w.gpu}
	for _, part := range strings.Fields(field) {
		name, number, numbered := strings.Cut(part, "=")
		at, known := of[strings.ToLower(name)]
		if !known || *at != 0 {
			return w, fmt.Errorf("weights %q: %q is not expected there; write each of cpu, memory and gpu at most once, as cpu=1 memory=1", field, part)
		}
		*at = 1
		if !numbered {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 1 || n > maxWeight {
			return w, fmt.Errorf("weights %q: the weight of %s is %q; expected 1 to %d", field, name, number, maxWeight)
		}
		*at = n
	}
	return w, nil
}

// weighted is a resource of an instance. What does not count, or is none of the
// instance's, has the weight 0.
type weighted struct{ weight, capacity, free, demand int64 }

func (w weights) of(capacity, free, demand cluster.Vector) [3]weighted {
	all := [3]weighted{
		{w.cpu, capacity.CPU, free.CPU, demand.CPU},
		{w.memory, capacity.Memory, free.Memory, demand.Memory},
		{w.gpu, capacity.GPU, free.GPU, demand.GPU},
	}
	for i := range all {
		if all[i].capacity == 0 {
			all[i].weight = 0
		}
	}
	return all
}

// requested is what would be taken if the task were there.
func (r *weighted) requested() int64 { return r.capacity - r.free + r.demand }
