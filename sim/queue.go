package sim

import (
	"math"
	"math/bits"
)

// Event is a pending event: 16 bytes without pointers, so that the garbage
// collector has nothing to scan in a queue of millions.
type Event struct {
	Key     uint64 // the instant; a queue yields events in the order of their keys
	Payload uint64 // whatever the owner of the queue stores
}

// Queue is a monotone priority queue: a radix heap. It yields events in the
// order of their keys, and events of equal keys in the order in which they
// were pushed. Monotone means that no key may be smaller than the last one
// popped, which simulated time never is.
//
// An event lies in the bucket numbered by the highest bit in which its key
// differs from the last key popped. Each time a bucket is opened, its events
// move to lower buckets in their order, so an event moves at most 64 times,
// on average far less, and equal keys never overtake each other.
//
// Push takes O(1), Pop O(log of the range of pending keys) amortised. The
// zero Queue is empty and ready to use.
type Queue struct {
	last    uint64
	size    int
	peak    int         // largest size since the last trim
	filled  uint64      // bit b-1 is set when bucket b is not empty, for b >= 1
	head    int         // next event to pop in bucket 0
	opened  []Event     // the bucket opened last; good until the next push
	buckets [65][]Event // bucket 0 holds the events whose key is last
}

// Len returns the number of pending events.
func (q *Queue) Len() int { return q.size }

// Push adds an event. It panics when key is smaller than the last one popped.
func (q *Queue) Push(key, payload uint64) {
	if key < q.last {
		panic("sim: event pushed before the last one popped")
	}
	b := bits.Len64(key ^ q.last)
	q.buckets[b] = append(q.buckets[b], Event{key, payload})
	if b > 0 {
		q.filled |= 1 << (b - 1)
	}
	q.size++
}

// Min returns the smallest pending key; it panics on an empty queue.
func (q *Queue) Min() uint64 {
	if q.size == 0 {
		panic("sim: the queue is empty")
	}
	if q.head < len(q.buckets[0]) {
		return q.last
	}
	return leastKey(q.buckets[q.lowest()])
}

// Pop removes and returns the first event; it panics on an empty queue.
func (q *Queue) Pop() Event {
	e, ok := q.PopBefore(math.MaxUint64)
	if !ok {
		panic("sim: the queue is empty")
	}
	return e
}

// PopBefore removes and returns the first event if its key is smaller than
// limit. If it is not, the queue is as it was: keys from the last one popped
// on may still be pushed.
func (q *Queue) PopBefore(limit uint64) (Event, bool) {
	if q.head == len(q.buckets[0]) && !q.open(limit) || q.last >= limit {
		return Event{}, false
	}
	e := q.buckets[0][q.head]
	q.head++
	q.size--
	return e, true
}

// PopTie removes and returns the next event if its key equals that of the last
// one popped.
func (q *Queue) PopTie() (Event, bool) {
	if q.head == len(q.buckets[0]) {
		return Event{}, false
	}
	return q.PopBefore(math.MaxUint64)
}

// open moves the events of the lowest bucket downwards, so that bucket 0 holds
// those of the smallest key, if that key is smaller than limit.
func (q *Queue) open(limit uint64) bool {
	if q.size == 0 {
		return false
	}
	b := q.lowest()
	bucket := q.buckets[b]
	least := leastKey(bucket)
	if least >= limit {
		return false
	}
	if q.peak = max(q.peak, q.size); q.size < q.peak/4 {
		q.trim()
	}
	q.buckets[0] = q.buckets[0][:0]
	q.head = 0
	q.filled &^= 1 << (b - 1)
	q.last = least
	for _, e := range bucket {
		to := bits.Len64(e.Key ^ least)
		q.buckets[to] = append(q.buckets[to], e)
		q.filled |= 1 << to >> 1
	}
	q.buckets[b] = bucket[:0]
	q.opened = bucket
	return true
}

func (q *Queue) lowest() int { return bits.TrailingZeros64(q.filled) + 1 }

func leastKey(bucket []Event) uint64 {
	least := bucket[0].Key
	for i := 1; i < len(bucket); i++ {
		least = min(least, bucket[i].Key)
	}
	return least
}

// trim gives back the buckets that a larger queue has left behind: memory
// follows what is alive, not what has been.
func (q *Queue) trim() {
	for b := range q.buckets {
		if len(q.buckets[b]) == 0 && cap(q.buckets[b]) > 1024 {
			q.buckets[b] = nil
		}
	}
	q.peak = q.size
}
