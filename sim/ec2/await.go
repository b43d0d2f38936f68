package ec2

import "berth/sim"

// patience is how many launches in a row may fail, or be given up before they
// are in service, for a run to be kept going by them: with failed launches alone
// a bit more than a day. After that what a group does happens only as long as
// something else goes on, so that a run without a stated duration comes to an
// end.
const patience = 200

// expect notes that an instance comes, or is launched, at an instant. Tasks that
// wait keep a run going until then; what else a group does, does not.
func (g *Group) expect(at sim.Time) {
	a := g.scaling
	if g.tries > patience {
		return
	}
	a.coming = max(a.coming, at)
	if a.cluster.Pending() > 0 {
		a.await()
	}
}

// await keeps a run going until what is known to come has come.
func (a *AutoScaling) await() {
	if a.waits < a.coming || a.coming == a.kernel.Now() {
		a.waits = a.coming
		a.kernel.Schedule(a.coming, a.awaited, 0, 0)
	}
}
