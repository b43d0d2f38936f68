package cloudwatch

import "fmt"

// Check evaluates every alarm as if it were evaluated each time and returns an
// error that names the first whose state is another. It is for tests and for
// runs that check themselves, between two events.
func (c *CloudWatch) Check() error {
	now := c.kernel.Now()
	for id := range c.alarms {
		a := &c.alarms[id]
		g := &c.groups[a.group]
		at := g.tickFrom(now) - g.interval // the one at now may yet come
		if a.evaluated < 0 || at < a.evaluated {
			continue
		}
		if is := a.outcome(c.look(a, at-g.delay), a.state); is != a.state {
			return fmt.Errorf("cloudwatch: alarm %s is in %v, but by its datapoints at %v in %v", c.setups[id].Name, a.state, at, is)
		}
	}
	return nil
}
