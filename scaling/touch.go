package scaling

import "berth/sim"

// Touch reads what [Target.Evaluate] will need, so that the waits for memory of several
// targets overlap. It returns what keeps that from being optimised away.
func (t *Target) Touch() sim.Time {
	sum := t.restsUntil
	for i := range t.policies {
		m := &t.policies[i]
		sum += m.terms.ScaleInCooldown + m.restsUntil + sim.Time(m.decision.Capacity) + m.decision.Reason.Period
		if p, ok := m.Policy.(*TargetTracking); ok {
			sum += p.ScaleOutCooldown
			if p.Predefined != "" {
				sum += sim.Time(p.Predefined[0])
			}
		}
	}
	return sum
}
