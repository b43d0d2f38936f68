package report

import (
	"math/bits"

	"berth/sim"
	"berth/sim/cluster"
)

// samples works out how much of what is free could not hold the median task.
// Free room is looked at now and then, at the first change after so many steps of
// time. A look counts for the time since the one before. Steps are of a second, and
// become longer as the run does, so looks become rarer: there are at most 64 in its
// first 1,024 seconds and 32 in each doubling of that.
type samples struct {
	steps       int          // begun before the last look
	last        sim.Time     // of the looks
	cpu, memory logHistogram // demands of the tasks submitted so far
	unusable    struct{ cpu, memory weighted }
}

// weighted is a mean of shares, each with the time for which it counts.
type weighted struct{ sum, weight float64 }

func (w *weighted) add(part, whole int64, span sim.Time) {
	if whole > 0 {
		w.sum += float64(float64(part) / float64(whole) * span.Seconds())
		w.weight += span.Seconds()
	}
}

// mean returns nil where nothing was added.
func (w *weighted) mean() *float64 {
	if w.weight == 0 {
		return nil
	}
	m := w.sum / w.weight
	return &m
}

// A look comes every so many steps, and more rarely where there are more than
// so many instances to look at.
const (
	stepsPerLook     = 16
	instancesPerLook = 1 << 14
)

func (s *samples) restart(now sim.Time) {
	*s = samples{last: now, cpu: s.cpu, memory: s.memory}
}

func (s *samples) submitted(d cluster.Vector) {
	s.cpu.add(d.CPU)
	s.memory.add(d.Memory)
}

// stepsIn returns how many steps have begun when a run has lasted for a span: 1,024
// of a second, and 512 in each doubling of that.
func stepsIn(span sim.Time) int {
	seconds := uint64(span / sim.Second)
	doublings := max(0, bits.Len64(seconds)-10)
	return 512*doublings + int(seconds>>doublings)
}

// take looks at the free room, if it is time to.
func (s *samples) take(r *Recorder) {
	steps := stepsIn(r.now - r.start)
	if n := steps - s.steps; n < stepsPerLook || n < stepsPerLook*(1+r.cluster.Slots()/instancesPerLook) {
		return
	}
	s.steps = steps
	span := r.now - s.last
	s.last = r.now
	if s.cpu.count == 0 {
		return
	}
	cpu, memory := s.cpu.median(), s.memory.median()
	var freeCPU, freeMemory, lostCPU, lostMemory int64
	for id := range r.cluster.Slots() {
		i := r.cluster.Instance(cluster.InstanceID(id))
		if i.State != cluster.Active || r.cluster.Kind(i.Kind).Unlimited {
			continue
		}
		freeCPU += i.Free.CPU
		freeMemory += i.Free.Memory
		if i.Free.CPU < cpu || i.Free.Memory < memory {
			lostCPU += i.Free.CPU
			lostMemory += i.Free.Memory
		}
	}
	s.unusable.cpu.add(lostCPU, freeCPU, span)
	s.unusable.memory.add(lostMemory, freeMemory, span)
}

// Fragmentation returns how much of what was free could not have held the
// median task.
func (r *Recorder) Fragmentation() Fragmentation {
	s := r.samples
	var f Fragmentation
	if s.cpu.count > 0 {
		f.MedianCPU = float64(s.cpu.median()) / cluster.CPUUnit
		f.MedianMemoryMiB = float64(s.memory.median()) / cluster.MiB
	}
	f.UnusableFreeCPU, f.UnusableFreeMemory = s.unusable.cpu.mean(), s.unusable.memory.mean()
	return f
}

// logHistogram counts positive integers in buckets that are 1/64 of a power of
// two wide, so that a median is within 1.6 %, and exact below 128.
type logHistogram struct {
	count  int64
	counts [64 * 58]int64
}

func bucketOf(v int64) int {
	if v < 128 {
		return int(v)
	}
	shift := bits.Len64(uint64(v)) - 7
	return shift*64 + int(v>>shift)
}

func (h *logHistogram) add(v int64) {
	h.count++
	h.counts[bucketOf(v)]++
}

// median returns the lower bound of the bucket that holds the median.
func (h *logHistogram) median() int64 {
	left := (h.count + 1) / 2
	for b, n := range h.counts {
		if left -= n; left <= 0 && n > 0 {
			if b < 128 {
				return int64(b)
			}
			return int64(b%64+64) << (b/64 - 1)
		}
	}
	return 0
}
