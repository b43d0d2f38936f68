package ec2

import (
	"berth/sim"
	"berth/sim/cluster"
)

// FixedGroup is an Auto Scaling group to which nothing happens, or a number of
// machines of one's own: all instances are launched at once, and stay. It costs
// nothing while a run goes on.
type FixedGroup struct {
	// Kinds holds the group's kind of instance in each availability zone, in
	// the order of the zones.
	Kinds []cluster.KindID
	// Desired is the number of instances. They are balanced over the zones:
	// each launch goes to the zone with the fewest, the first listed one where
	// several have as few.
	// Source: Amazon EC2 Auto Scaling user guide, "Add and remove Availability
	// Zones".
	Desired int
	// Warm instances are ACTIVE from the start. Others boot.
	Warm bool
	// BootTime draws the time from the launch of an instance until it is
	// ACTIVE. It is drawn for every instance in the order of launches, used or
	// not.
	BootTime func() sim.Time
}

// Launcher launches the instances of fixed groups.
type Launcher struct {
	kernel  *sim.Kernel
	cluster *cluster.Cluster
	booted  sim.Kind
}

// NewLauncher returns a launcher for a cluster.
func NewLauncher(kernel *sim.Kernel, c *cluster.Cluster) *Launcher {
	l := &Launcher{kernel: kernel, cluster: c}
	l.booted = kernel.Register("instance booted", sim.Capacity, false, func(_ sim.Time, slot, _ uint32) {
		c.Activate(cluster.InstanceID(slot))
	})
	return l
}

// Launch launches all instances of a group now.
func (l *Launcher) Launch(g FixedGroup) {
	for i := range g.Desired {
		boot := g.BootTime()
		id := l.cluster.Launch(g.Kinds[i%len(g.Kinds)], g.Warm)
		if !g.Warm {
			l.kernel.Schedule(l.kernel.Now()+boot, l.booted, uint32(id), 0)
		}
	}
}
