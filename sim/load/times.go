package load

import (
	"math"

	"berth/sim/cloudwatch"
)

// times gathers response times over many minutes for little work in each. Those
// that wait do so for an exponential time whose mean moves with the load. Requests
// with about the same mean are kept together, by their number and their mean, and
// become samples of a sketch when somebody asks.
//
// The means that are kept together differ by a fifth at most. A quantile of their
// mixture is off by less than a part in a hundred of its wait.
type times struct {
	sketch cloudwatch.Sketch // what has become samples
	waits  [waitOctaves * waitsPerOctave]waits
	atOnce Requests // that do not wait
	last   int32    // place of the waits that were added last
	some   bool     // there are waits
}

// waits is requests whose mean waits are about the same.
type waits struct {
	n   Requests
	sum float64 // of the mean waits, in seconds × thousandths of a request
}

const (
	waitsPerOctave = 4
	waitBits       = 52 - 2 // of a float64 below those that tell which of them
	waitOctaves    = 32     // from a microsecond to an hour; others count as the first and the last
)

var firstWait = int64(math.Float64bits(1.0/(1<<20)) >> waitBits)

// add adds requests of which a share waits, for an exponential time with a mean in
// seconds.
func (t *times) add(n Requests, share, mean float64) {
	waiting := Requests(float64(share*float64(n)) + 0.5)
	t.atOnce += n - waiting
	if waiting == 0 {
		return
	}
	i := int64(math.Float64bits(mean)>>waitBits) - firstWait
	i = max(0, min(i, int64(len(t.waits)-1)))
	w := &t.waits[i]
	w.n += waiting
	w.sum += float64(mean * float64(waiting))
	t.last, t.some = int32(i), true
}

// settle makes samples of all that is gathered, and adds them to a sketch.
func (t *times) settle(s *Station, to *cloudwatch.Sketch) {
	s.add(0, t.atOnce, to)
	t.atOnce = 0
	if !t.some {
		return
	}
	parts, kinds := fine[:], 0
	for i := range t.waits {
		if t.waits[i].n > 0 {
			kinds++
		}
	}
	if kinds > 1 {
		parts = coarse[:] // which a mixture makes finer
	}
	for i := range t.waits {
		if w := &t.waits[i]; w.n > 0 {
			s.expand(w.n, w.sum/float64(w.n), parts, to)
			*w = waits{}
		}
	}
	t.some = false
}

// reset takes all out and keeps the room.
func (t *times) reset() {
	t.sketch.Reset()
	t.atOnce = 0
	if t.some {
		t.waits, t.some = [len(t.waits)]waits{}, false
	}
}
