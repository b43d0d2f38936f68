package cloudwatch

import "berth/sim"

// touchedAtOnce is how many alarms are evaluated in a row: what they need has room in
// the first cache.
const touchedAtOnce = 32

// Touch reads what a datapoint of a metric will need, so that the waits for memory of
// several metrics overlap. It returns what keeps that from being optimised away.
func (c *CloudWatch) Touch(id MetricID) sim.Time {
	m := &c.metrics[id]
	sum := m.Delay + m.reach
	if len(m.runs) > 0 {
		sum += sim.Time(m.at(m.end).first + m.at(m.end+1).first + m.at(m.end+2).first + m.at(m.end+3).first)
	}
	for _, id := range m.alarms {
		a := &c.alarms[id]
		sum += sim.Time(a.recent.newest) + sim.Time(a.span)
	}
	return sum
}
