package report

import (
	"math/bits"

	"berth/sim/cluster"
)

// samples works out how much of what is free could not hold the median task.
// Free room is looked at now and then, at the first change after a bucket of
// the recorder begins, at most so often that looking stays cheap.
type samples struct {
	due                       bool
	skip, skipped             int // buckets passed over between two looks
	taken                     int
	cpu, memory               logHistogram // demands of the tasks submitted so far
	unusableCPU, unusableMem  float64      // sums over samples of shares
	sampledCPU, sampledMemory int          // samples in which some was free
}

// maxSamples bounds the looks of a run to twice this.
const maxSamples = 128

func (s *samples) restart() {
	s.due, s.skip, s.skipped, s.taken = false, 0, 0, 0
	s.unusableCPU, s.unusableMem, s.sampledCPU, s.sampledMemory = 0, 0, 0, 0
}

func (s *samples) submitted(d cluster.Vector) {
	s.cpu.add(d.CPU)
	s.memory.add(d.Memory)
}

// take looks at the free room, if it is time to.
func (s *samples) take(r *Recorder) {
	if !s.due {
		return
	}
	s.due = false
	if s.skipped++; s.skipped <= s.skip {
		return
	}
	s.skipped = 0
	if s.taken++; s.taken == maxSamples {
		s.taken, s.skip = 0, 2*s.skip+1
	}
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
	if freeCPU > 0 {
		s.unusableCPU += float64(lostCPU) / float64(freeCPU)
		s.sampledCPU++
	}
	if freeMemory > 0 {
		s.unusableMem += float64(lostMemory) / float64(freeMemory)
		s.sampledMemory++
	}
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
	if s.sampledCPU > 0 {
		v := s.unusableCPU / float64(s.sampledCPU)
		f.UnusableFreeCPU = &v
	}
	if s.sampledMemory > 0 {
		v := s.unusableMem / float64(s.sampledMemory)
		f.UnusableFreeMemory = &v
	}
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
