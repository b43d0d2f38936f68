package placement

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"berth/sim/cluster"
)

// fgd is fragmentation gradient descent: it takes the instance whose GPUs the
// task fragments least. Source: Weng et al., "Beware of Fragmentation:
// Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent",
// USENIX ATC 2023, section 4, and the authors' simulator.
//
// The fragments of an instance, as an expected task sees them, are the free
// GPU thousandths that it could not use: all of them if the task asks for no
// GPU, or has no room; else those on devices of which less is free than it
// takes of one. F is their mean over the expected tasks ([Policy.Workload]).
// Room is CPU and GPU; memory is not looked at, nor the model of a GPU.
//
// A score is F after the task is placed minus F before, times the sum of the
// weights; with [RoundedAsSource] it is the integer part of
// 100 / (1 + exp((after − before) / one device)), negated: 0 to 99 points.
// For a share of a device the score is that of the device that it would be
// given, see [cluster.Cluster.Start]: the one with the least free that holds it.
type fgd struct {
	rounding Rounding
	// cpus are the demands for CPU of the expected tasks with GPUs, ascending:
	// a rank is how many of them there is room for.
	cpus []int64
	// rank is, by free thousandths of a device, how many of the shares of a
	// device that expected tasks demand it holds.
	rank [cluster.GPU + 1]uint16
	// By rank of the CPU:
	blind []int64   // weight of the tasks that have no room for CPU or want no GPU
	small [][]int64 // and by rank of a device: weight of the tasks that want a share or a device and more than that is free
	large [][]int64 // and by number of whole devices: weight of the tasks that want several devices and more than these
	thick []int64   // weight of the tasks that want several devices
	steps [99]int64 // by points: by how much F has to fall to score more than that
}

// maxFGDWeight bounds the sum of the weights, so that scores have room.
const maxFGDWeight = 1 << 40

// maxFGDDevices is more than the devices of any instance.
const maxFGDDevices = 33

func newFGD(field string, of *Policy) (Strategy, error) {
	if field != "" {
		return Strategy{}, fmt.Errorf("%q: this strategy takes no field", field)
	}
	var total uint64
	for _, e := range of.Workload {
		if e.Weight < 0 {
			return Strategy{}, fmt.Errorf("fgd: an expected task has the weight %d; expected 0 or more", e.Weight)
		}
		total += uint64(e.Weight)
	}
	if total == 0 {
		return Strategy{}, errors.New("fgd places tasks by those that are still to come, and none are expected")
	}
	shift := max(0, bits.Len64(total)-bits.Len64(maxFGDWeight))
	expected := slices.Clone(of.Workload)
	total = 0
	for i := range expected {
		expected[i].Weight >>= shift
		total += uint64(expected[i].Weight)
	}
	return Scored(fragmentation(expected, int64(total), of.Rounding)), nil
}

func fragmentation(expected []Expected, total int64, rounding Rounding) *fgd {
	f := &fgd{rounding: rounding}
	var shares []int64
	for _, e := range expected {
		if e.Demand.GPU == 0 {
			continue
		}
		f.cpus = append(f.cpus, e.Demand.CPU)
		if e.Demand.GPU <= cluster.GPU {
			shares = append(shares, e.Demand.GPU)
		}
	}
	f.cpus, shares = distinctly(f.cpus), distinctly(shares)
	for free := range f.rank {
		f.rank[free] = uint16(rankOf(shares, int64(free)))
	}
	sorted := slices.Clone(expected)
	slices.SortFunc(sorted, func(a, b Expected) int { return cmp.Compare(a.Demand.CPU, b.Demand.CPU) })
	blind, thick := total, int64(0)
	small, large := make([]int64, len(shares)+1), make([]int64, maxFGDDevices)
	for r := range len(f.cpus) + 1 {
		for ; len(sorted) > 0 && (sorted[0].Demand.GPU == 0 || rankOf(f.cpus, sorted[0].Demand.CPU) <= r); sorted = sorted[1:] {
			e := sorted[0]
			switch {
			case e.Demand.GPU == 0:
				continue
			case e.Demand.GPU <= cluster.GPU:
				for k := range rankOf(shares, e.Demand.GPU) {
					small[k] += e.Weight
				}
			default:
				thick += e.Weight
				for n := range min(maxFGDDevices, (e.Demand.GPU+cluster.GPU-1)/cluster.GPU) {
					large[n] += e.Weight
				}
			}
			blind -= e.Weight
		}
		f.blind, f.thick = append(f.blind, blind), append(f.thick, thick)
		f.small, f.large = append(f.small, slices.Clone(small)), append(f.large, slices.Clone(large))
	}
	for points := range f.steps {
		f.steps[points] = step(points+1, total)
	}
	return f
}

func distinctly(of []int64) []int64 {
	slices.Sort(of)
	return slices.Compact(of)
}

// rankOf returns how many of the ascending amounts are not above a limit.
func rankOf(amounts []int64, limit int64) int {
	n, found := slices.BinarySearch(amounts, limit)
	if found {
		n++
	}
	return n
}

// Score implements [Scorer].
func (f *fgd) Score(s *State, demand cluster.Vector) int64 {
	before := f.fragments(s.Free.CPU, s.Devices, -1, 0, 0)
	device, whole := -1, int64(0)
	if demand.GPU > cluster.GPU {
		whole = demand.GPU / cluster.GPU
	} else if demand.GPU > 0 {
		for d, free := range s.Devices {
			if int64(free) >= demand.GPU && (device < 0 || free < s.Devices[device]) {
				device = d
			}
		}
	}
	fall := before - f.fragments(s.Free.CPU-demand.CPU, s.Devices, device, demand.GPU, whole)
	if f.rounding == Exact {
		return -fall
	}
	points, found := slices.BinarySearch(f.steps[:], fall)
	if found {
		points++
	}
	return -int64(points)
}

// fragments returns F of an instance, times the sum of the weights: of one of
// its devices a share is taken, or as many whole devices as said.
func (f *fgd) fragments(cpu int64, devices []uint16, device int, share, whole int64) int64 {
	r := rankOf(f.cpus, cpu)
	small := f.small[r]
	total, free, lost := int64(0), -whole, int64(0)
	for d, left := range devices {
		if d == device {
			left -= uint16(share)
		}
		if left == cluster.GPU {
			free++
		}
		total += int64(left)
		lost += int64(left) * small[f.rank[left]]
	}
	// A device that is free entirely holds every share, so that none of those
	// that are taken has been counted as lost.
	total -= whole * cluster.GPU
	tooLarge := f.large[r][free]
	return lost + total*(f.blind[r]+tooLarge) + (total-free*cluster.GPU)*(f.thick[r]-tooLarge)
}

// logits are ln(p/(100 − p)) for p from 50 to 99, in units of 10^-12: the
// logistic function reaches p hundredths there. Those below 50 are the same
// with a minus.
var logits = [...]uint64{
	0, 40005334614, 80042707674, 120144311842, 160342650075,
	200670695462, 241162056817, 281851152141, 322773392263, 363965377201,
	405465108108, 447312218044, 489548225319, 532216813747, 575364144904,
	619039208406, 663294217410, 708185057924, 753771802376, 800119300112,
	847297860387, 895384047055, 944461608841, 994622575144, 1045968555183,
	1098612288668, 1152679509938, 1208311205925, 1265666373331, 1324925414744,
	1386294361120, 1450010175506, 1516347489368, 1585627263740, 1658228076604,
	1734601055388, 1815289966638, 1900958761193, 1992430164690, 2090741096934,
	2197224577336, 2313634929181, 2442347035369, 2586689344098, 2751535313042,
	2944438979166, 3178053830348, 3476098689835, 3891820298111, 4595119850135,
}

// step returns by how much F, times the sum of the weights, has to fall for a
// score of so many points, 1 to 99.
func step(points int, total int64) int64 {
	at := logits[max(points, 100-points)-50]
	high, low := bits.Mul64(uint64(total), at)
	quotient, rest := bits.Div64(high, low, 1e12/cluster.GPU)
	switch {
	case points < 50:
		return -int64(quotient)
	case rest > 0:
		quotient++
	}
	return int64(quotient)
}
