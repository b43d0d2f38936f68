package main

import (
	"fmt"
	"math"
	"time"

	"berth/sim"
)

// The hold model K1: so many events are pending; so many times the earliest is
// taken and put back later by an exponential increment. The order is that of
// time, then first in, first out.
const (
	holdPending = 100_000
	holdPops    = 10_000_000
	// holdEnd is the last time and a sum over the order of a right run.
	holdEnd = "last=99.432067480 sum=2158fc3048bab1a5"
)

func (b *bench) hold() (table, error) {
	increments := exponentials()
	kernels := []struct {
		name  string
		run   func(*[65536]float64) (last float64, sum uint64)
		rates []float64 // million events per second
	}{
		{name: "berth: monotone radix queue, 16-byte events", run: holdRadix},
		{name: "Go: 4-ary heap, 24-byte structs, replaced in place", run: holdHeap},
	}
	for range b.runs {
		for i := range kernels {
			k := &kernels[i]
			started := time.Now()
			last, sum := k.run(increments)
			took := time.Since(started).Seconds()
			if end := fmt.Sprintf("last=%.9f sum=%016x", last, sum); end != holdEnd {
				return table{}, fmt.Errorf("%s ends with %s, want %s", k.name, end, holdEnd)
			}
			k.rates = append(k.rates, holdPops/took/1e6)
		}
	}
	// Of two runs next to each other, so that the ratio is of equal conditions.
	var ratios []float64
	for i, r := range kernels[0].rates {
		ratios = append(ratios, r/kernels[1].rates[i])
	}
	t := table{
		title: "Pending events: the hold model K1",
		text: fmt.Sprintf("%s pending events; %s times the earliest is taken and put back. The radix queue does %.2f times what the fastest heap does in the same run.",
			count(holdPending), count(holdPops), median(ratios)),
		head: []string{"kernel", "million events/s", "peak memory", "figure"},
	}
	for _, k := range kernels {
		t.add(k.name, fmt.Sprintf("%.1f", median(k.rates)), "", "measured")
	}
	t.peers(holdPeers)
	return t, nil
}

// holdRadix holds with the queue of the kernel, whose keys are then the bits of
// the times: for positive numbers they have the same order.
func holdRadix(increments *[65536]float64) (last float64, sum uint64) {
	var q sim.Queue
	k := uint64(0)
	for ; k < holdPending; k++ {
		q.Push(math.Float64bits(increments[k&65535]), k)
	}
	for range holdPops {
		e := q.Pop()
		last, sum = math.Float64frombits(e.Key), sum*31+e.Payload
		q.Push(math.Float64bits(last+increments[k&65535]), e.Payload)
		k++
	}
	return last, sum
}

// held is an event of the heap.
type held struct {
	at       float64
	sequence uint64
	id       uint32
}

func before(a, b *held) bool { return a.at < b.at || a.at == b.at && a.sequence < b.sequence }

// holdHeap holds with the fastest heap that we know of in Go for this workload.
func holdHeap(increments *[65536]float64) (last float64, sum uint64) {
	var h []held
	k := uint64(0)
	for ; k < holdPending; k++ {
		e := held{increments[k&65535], k, uint32(k)}
		h = append(h, e)
		i := len(h) - 1
		for i > 0 && before(&e, &h[(i-1)>>2]) {
			h[i] = h[(i-1)>>2]
			i = (i - 1) >> 2
		}
		h[i] = e
	}
	for range holdPops {
		e := h[0]
		last, sum = e.at, sum*31+uint64(e.id)
		replaceFirst(h, held{e.at + increments[k&65535], k, e.id})
		k++
	}
	return last, sum
}

func replaceFirst(h []held, e held) {
	i := 0
	for first := 1; first < len(h); first = 4*i + 1 {
		least := first
		for c := first + 1; c < min(first+4, len(h)); c++ {
			if before(&h[c], &h[least]) {
				least = c
			}
		}
		if !before(&h[least], &e) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
}

// exponentials are draws of mean 1, the same ones in every language.
func exponentials() *[65536]float64 {
	var increments [65536]float64
	s := uint64(42)
	for i := range increments {
		s += 0x9E3779B97F4A7C15
		z := s
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		increments[i] = -math.Log1p(-float64(z>>11) * 0x1p-53)
	}
	return &increments
}
