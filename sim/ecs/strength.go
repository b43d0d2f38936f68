package ecs

// Strength is what there is of a service to take requests, and what is reserved for it.
type Strength struct {
	Running     int     // see [Service.Running]
	Stopping    int     // see [Service.Stopping]
	Serving     int     // see [Service.Serving]
	Failing     float64 // see [Service.Failing]
	ServingCPU  int64   // see [Service.ServingCPU]
	ReservedCPU int64   // see [Service.ReservedCPU]
}

// Strength returns all of that at once.
func (v *Service) Strength() Strength {
	if r := v.current; len(v.revisions) == 1 && v.shift.stage == unshifted { // mostly
		s := Strength{
			Running: r.placed - r.pulling, Stopping: r.stopping, Serving: r.serving,
			ServingCPU: int64(r.serving) * r.cpu, ReservedCPU: int64(r.placed-r.pulling+r.stopping) * r.cpu,
		}
		if r.failing > 0 {
			s.Failing = float64(r.failing) / float64(r.taking())
		}
		return s
	}
	return Strength{v.Running(), v.Stopping(), v.Serving(), v.Failing(), v.ServingCPU(), v.ReservedCPU()}
}
