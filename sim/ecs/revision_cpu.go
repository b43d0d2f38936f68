package ecs

// ServingCPU returns how much CPU the tasks have that [Service.Serving] counts, in
// the unit of the cluster. Revisions may have tasks of different sizes. While a
// deployment shifts requests, the revision that is shortest of CPU for its part
// limits it.
func (v *Service) ServingCPU() int64 {
	if v.shift.stage != unshifted {
		return v.tightest(true)
	}
	var sum int64
	for _, r := range v.revisions {
		sum += int64(r.serving) * r.cpu
	}
	return sum
}

// ReservedCPU returns how much CPU is reserved for the tasks that run and for those
// that are stopping, in the unit of the cluster.
func (v *Service) ReservedCPU() (sum int64) {
	for _, r := range v.revisions {
		sum += int64(r.placed-r.pulling+r.stopping) * r.cpu
	}
	return sum
}
