package ec2_test

import (
	"testing"

	"berth/sim"
)

// BenchmarkScaling raises a group in three zones to ten thousand instances and
// brings it back in steps of a tenth.
func BenchmarkScaling(b *testing.B) {
	for range b.N {
		w := newWorld()
		s := w.setup(0, "a", "b", "c")
		s.Max = 10_000
		g := w.AddGroup(s)
		g.SetDesired(10_000, "")
		if err := w.kernel.Run(sim.Never); err != nil {
			b.Fatal(err)
		}
		for n := 9_000; n >= 0; n -= 1_000 {
			g.SetDesired(n, "")
		}
	}
}
