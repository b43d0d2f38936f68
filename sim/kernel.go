package sim

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync/atomic"
)

// Kind is a kind of event, given by [Kernel.Register].
type Kind uint8

// Phase orders the kinds of event that fall on one instant: an event of a
// lower phase comes first. Within a phase, events come in the order in which
// they were scheduled.
type Phase uint8

// The phases of an instant.
const (
	Ending    Phase = iota // what ends and frees room
	Capacity               // what changes capacity: instances that join, leave or become active
	Arriving               // what arrives
	Starting               // what finds its place and starts
	Observing              // what measures
	Scaling                // what decides on how much there should be
	phases
)

// A Handler is called when an event is due. slot and generation are those
// given to [Kernel.Schedule]. A timer that has been overtaken is recognised by
// its generation: the owner of the slot raises its own generation when it no
// longer wants the event, and its handler ignores an event of another.
type Handler func(now Time, slot, generation uint32)

// Limits of what an event can carry, and of how many events one instant may
// hold before the kernel takes it for a loop without progress.
const (
	MaxGeneration      = 1<<24 - 1
	MaxEventsAtInstant = 10_000_000
	pulseEvery         = 1024
	foreseeMin         = 16   // fewer have been foreseen in a larger bucket before; so many of an instant at once
	foreseeMax         = 64   // more will come again in smaller buckets
	loopSample         = 1000 // events at the end of a loop that are counted by kind
)

// ErrInterrupted is returned by [Kernel.Run] after [Kernel.Interrupt].
var ErrInterrupted = errors.New("sim: interrupted")

// Kernel is the clock of one simulated world and its pending events. A world
// runs in one goroutine; only [Kernel.Interrupt] may be called from another.
// Make one with [NewKernel].
type Kernel struct {
	now        Time
	queue      Queue
	kinds      []kind
	instant    [phases]fifo // events due now
	due        int          // events in instant
	foreground int          // pending events that keep the run going
	fired      uint64
	atInstant  int
	watch      func(now Time, kind Kind, slot uint32)
	foreseen   []Kind // kinds whose events are foreseen
	pulse      func()
	stopped    bool
	interrupt  atomic.Bool
}

type kind struct {
	name       string
	phase      Phase
	background bool
	handler    Handler
	foresee    func(slots []uint32)
	soon       []uint32
	looped     int // events of this kind among the last of an instant that has too many
}

// fifo holds the payloads of one phase. It is reset when it runs empty.
type fifo struct {
	payloads []uint64
	head     int
}

// NewKernel returns a kernel at time 0 without events.
func NewKernel() *Kernel { return new(Kernel) }

// Register declares a kind of event. The name is for messages. A background
// kind does not keep a run going: when only background events are pending, the
// run is over. It panics when more than 256 kinds are declared.
func (k *Kernel) Register(name string, phase Phase, background bool, h Handler) Kind {
	if len(k.kinds) == 256 {
		panic("sim: more than 256 kinds of event")
	}
	k.kinds = append(k.kinds, kind{name: name, phase: phase, background: background, handler: h})
	return Kind(len(k.kinds) - 1)
}

// Foresee has f called with the slots of events of a kind that are due soon or at
// this instant, some of them more than once. It must not change anything: it is
// there to touch the memory that the events will need, all at once, so that the
// waits for it overlap.
func (k *Kernel) Foresee(kind Kind, f func(slots []uint32)) {
	k.kinds[kind].foresee = f
	k.foreseen = append(k.foreseen, kind)
}

// Watch has f called after each event. There is one watcher; nil removes it.
func (k *Kernel) Watch(f func(now Time, kind Kind, slot uint32)) { k.watch = f }

// Pulse has f called every 1,024 events, to show progress. nil removes it.
func (k *Kernel) Pulse(f func()) { k.pulse = f }

// Name returns the name of a kind.
func (k *Kernel) Name(kind Kind) string { return k.kinds[kind].name }

// Now returns the present instant.
func (k *Kernel) Now() Time { return k.now }

// Fired returns the number of events handled so far.
func (k *Kernel) Fired() uint64 { return k.fired }

// Schedule adds an event. An event scheduled at the present instant joins its
// phase: it comes before all pending events of later phases. Schedule panics
// when at lies in the past, and when generation exceeds [MaxGeneration].
func (k *Kernel) Schedule(at Time, kind Kind, slot, generation uint32) {
	if at < k.now {
		panic(fmt.Sprintf("sim: %s scheduled at %v, but it is %v", k.kinds[kind].name, at, k.now))
	}
	if generation > MaxGeneration {
		panic("sim: generation exceeds 24 bits")
	}
	payload := uint64(kind)<<56 | uint64(generation)<<32 | uint64(slot)
	if !k.kinds[kind].background {
		k.foreground++
	}
	if at == k.now {
		f := &k.instant[k.kinds[kind].phase]
		f.payloads = append(f.payloads, payload)
		k.due++
		return
	}
	k.queue.Push(uint64(at), payload)
}

// Idle reports whether only background events are pending.
func (k *Kernel) Idle() bool { return k.foreground == 0 }

// Stop makes a running [Kernel.Run] return nil after the present event. It is
// for handlers.
func (k *Kernel) Stop() { k.stopped = true }

// Interrupt makes a running [Kernel.Run] return soon. It may be called from
// any goroutine.
func (k *Kernel) Interrupt() { k.interrupt.Store(true) }

// Run handles events in order until the kernel is idle or the next event lies
// at or after the horizon: a run covers [0, horizon). It returns
// [ErrInterrupted] after [Kernel.Interrupt], and an error that names the
// busiest kinds when one instant holds more than [MaxEventsAtInstant] events.
func (k *Kernel) Run(horizon Time) error {
	for k.stopped = false; k.foreground > 0 && !k.stopped; {
		if k.due == 0 && !k.advance(horizon) {
			return nil
		}
		payload := k.next()
		kind := &k.kinds[payload>>56]
		if !kind.background {
			k.foreground--
		}
		if k.atInstant++; k.atInstant > MaxEventsAtInstant-loopSample {
			if kind.looped++; k.atInstant > MaxEventsAtInstant {
				return fmt.Errorf("sim: more than %d events at %v without progress (of the last %d: %s)", MaxEventsAtInstant, k.now, loopSample, k.busiest())
			}
		}
		kind.handler(k.now, uint32(payload), uint32(payload>>32)&MaxGeneration)
		k.fired++
		if k.watch != nil {
			k.watch(k.now, Kind(payload>>56), uint32(payload))
		}
		if k.fired%pulseEvery == 0 {
			if k.interrupt.Load() {
				return ErrInterrupted
			}
			if k.pulse != nil {
				k.pulse()
			}
		}
	}
	return nil
}

// advance moves the clock to the next instant and its events to their phases.
// It reports whether there is an instant before the horizon.
func (k *Kernel) advance(horizon Time) bool {
	e, ok := k.queue.PopBefore(uint64(horizon))
	if !ok {
		return false
	}
	k.now = Time(e.Key)
	if n := len(k.queue.opened); n >= foreseeMin {
		if n <= foreseeMax {
			for _, e := range k.queue.opened {
				k.expect(e.Payload)
			}
			k.foresee()
		}
		k.queue.opened = nil
	}
	if k.atInstant > MaxEventsAtInstant-loopSample {
		for i := range k.kinds {
			k.kinds[i].looped = 0
		}
	}
	k.atInstant = 0
	for ; ok; e, ok = k.queue.PopTie() {
		f := &k.instant[k.kinds[e.Payload>>56].phase]
		f.payloads = append(f.payloads, e.Payload)
		k.due++
	}
	return true
}

// expect notes an event that is to be foreseen.
func (k *Kernel) expect(payload uint64) {
	if kind := &k.kinds[payload>>56]; kind.foresee != nil {
		kind.soon = append(kind.soon, uint32(payload))
	}
}

// foresee tells the owners of the events that are expected.
func (k *Kernel) foresee() {
	for _, id := range k.foreseen {
		if kind := &k.kinds[id]; len(kind.soon) > 0 {
			kind.foresee(kind.soon)
			kind.soon = kind.soon[:0]
		}
	}
}

// next takes the first event of the lowest phase that has one.
func (k *Kernel) next() uint64 {
	for p := range k.instant {
		f := &k.instant[p]
		if f.head == len(f.payloads) {
			continue
		}
		if f.head%foreseeMin == 0 && len(f.payloads)-f.head >= foreseeMin {
			for _, payload := range f.payloads[f.head : f.head+foreseeMin] {
				k.expect(payload)
			}
			k.foresee()
		}
		payload := f.payloads[f.head]
		f.head++
		k.due--
		if f.head == len(f.payloads) {
			f.head = 0
			f.payloads = f.payloads[:0]
		}
		return payload
	}
	panic("sim: no event is due")
}

// busiest names the kinds with the most events at the end of a loop.
func (k *Kernel) busiest() string {
	order := make([]int, len(k.kinds))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return k.kinds[order[a]].looped > k.kinds[order[b]].looped })
	var parts []string
	for _, i := range order[:min(3, len(order))] {
		if n := k.kinds[i].looped; n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", k.kinds[i].name, n))
		}
	}
	return strings.Join(parts, ", ")
}
