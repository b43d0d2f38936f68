package ec2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ec2"
)

func Example_fixed() {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	provider := c.AddProvider("web")
	var kinds []cluster.KindID
	for _, zone := range []string{"us-east-1a", "us-east-1b"} {
		kinds = append(kinds, c.AddKind(cluster.Kind{Provider: provider, Zone: zone}))
	}
	boot := func() sim.Time { return 75 * sim.Second }
	ec2.NewLauncher(kernel, c).Launch(ec2.FixedGroup{Kinds: kinds, Desired: 3, BootTime: boot})
	fmt.Println(c.InstanceName(2), c.Kind(c.Instance(2).Kind).Zone, c.Instance(2).State)
	if err := kernel.Run(sim.Never); err != nil {
		fmt.Println(err)
	}
	fmt.Println("after", kernel.Now(), c.Instance(2).State)
	// Output:
	// web/i-2 us-east-1a BOOTING
	// after 1m15s ACTIVE
}

// Source: Amazon EC2 Auto Scaling user guide, "Add and remove Availability
// Zones": launches go to the zone with the fewest instances.
func TestGroupsAreBalancedOverTheirZones(t *testing.T) {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	p := c.AddProvider("p")
	kinds := []cluster.KindID{c.AddKind(cluster.Kind{Provider: p}), c.AddKind(cluster.Kind{Provider: p}), c.AddKind(cluster.Kind{Provider: p})}
	ec2.NewLauncher(kernel, c).Launch(ec2.FixedGroup{Kinds: kinds, Desired: 11, Warm: true, BootTime: func() sim.Time { return sim.Hour }})
	count := map[cluster.KindID]int{}
	for id := range cluster.InstanceID(c.Slots()) {
		count[c.Instance(id).Kind]++
		assert.Equal(t, cluster.Active, c.Instance(id).State, "warm instances do not boot")
	}
	assert.Equal(t, map[cluster.KindID]int{kinds[0]: 4, kinds[1]: 4, kinds[2]: 3}, count)
	require.NoError(t, kernel.Run(sim.Never))
	assert.Zero(t, kernel.Now())
}
