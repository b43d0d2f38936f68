package ecs

// ServingCPU returns how much CPU the tasks have that [Service.Serving] counts, in
// the unit of the cluster. Revisions may have tasks of different sizes. While a
// deployment shifts requests, the revision that is shortest of CPU for its part
// limits it.
func (v *Service) ServingCPU() int64 {
	var sum, tightest int64 = 0, -1
	for _, r := range v.revisions {
		cpu := int64(r.serving) * r.Classes[0].Demand.CPU
		if v.shift.stage == unshifted {
			sum += cpu
		} else if w := v.weight(r); w > 0 {
			if holds := cpu * 1000 / int64(w); tightest < 0 || holds < tightest {
				tightest = holds
			}
			sum += cpu
		}
	}
	if tightest >= 0 {
		return min(sum, tightest)
	}
	return sum
}

// ReservedCPU returns how much CPU is reserved for the tasks that run and for those
// that are stopping, in the unit of the cluster.
func (v *Service) ReservedCPU() (sum int64) {
	for _, r := range v.revisions {
		sum += int64(r.placed-r.pulling+r.stopping) * r.Classes[0].Demand.CPU
	}
	return sum
}
