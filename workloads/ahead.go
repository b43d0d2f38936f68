package workloads

import (
	"errors"
	"io"
)

// ReadAhead is a source that is read by a second goroutine. It is made with
// Ahead.
type ReadAhead struct {
	src   Source
	full  chan *batch
	free  chan *batch
	stop  chan struct{}
	ended chan struct{}
	batch *batch
	next  int // of batch
	// What the source said about bad rows at the end of the current batch.
	skipped int
	bad     []*RowError
	closed  bool
}

const (
	batchRows = 512
	batches   = 4 // enough to even out a slow read, small enough for a cache
)

// batch is what is handed from one goroutine to the other. Its rows are used
// again, so that nothing is allocated per row.
type batch struct {
	rows    []Row
	last    bool
	err     error // after the rows
	skipped int
	bad     []*RowError
}

// Ahead reads src in a second goroutine, a few batches of rows in advance:
// decompressing and decoding then cost the caller nothing while a second
// processor is idle. Rows and the error come in the order in which src has
// them. src belongs to the ReadAhead from here on; Close ends the goroutine
// and has to be called.
func Ahead(src Source) *ReadAhead {
	a := &ReadAhead{
		src: src, full: make(chan *batch, batches), free: make(chan *batch, batches),
		stop: make(chan struct{}), ended: make(chan struct{}), batch: &batch{},
	}
	for range batches {
		a.free <- &batch{rows: make([]Row, batchRows)}
	}
	go a.read()
	return a
}

func (a *ReadAhead) read() {
	defer close(a.ended)
	for {
		var b *batch
		select {
		case b = <-a.free:
		case <-a.stop:
			return
		}
		a.fill(b)
		select {
		case a.full <- b:
		case <-a.stop:
			return
		}
		if b.last {
			return
		}
	}
}

func (a *ReadAhead) fill(b *batch) {
	b.rows = b.rows[:batchRows]
	n := 0
	for n < batchRows && !b.last {
		ok, err := a.src.Next(&b.rows[n])
		if ok && err == nil {
			n++
		} else {
			b.last, b.err = true, err
		}
	}
	b.rows = b.rows[:n]
	if t, ok := a.src.(Trace); ok {
		b.skipped = t.Skipped()
		b.bad = t.BadRows()
	}
}

// Next implements Source.
func (a *ReadAhead) Next(row *Row) (bool, error) {
	for a.next == len(a.batch.rows) {
		switch {
		case a.closed:
			return false, errors.New("workloads: Next after Close")
		case a.batch.last:
			return false, a.batch.err
		case cap(a.batch.rows) > 0:
			a.free <- a.batch
		}
		a.batch, a.next = <-a.full, 0
		a.skipped, a.bad = a.batch.skipped, a.batch.bad
	}
	*row = a.batch.rows[a.next]
	a.next++
	return true, nil
}

// Skipped is Trace.Skipped of the source: exact at its end, and before it the
// count at the end of the current batch. It is 0 for a source that is no Trace.
func (a *ReadAhead) Skipped() int { return a.skipped }

// BadRows is Trace.BadRows of the source, as far as Skipped counts them.
func (a *ReadAhead) BadRows() []*RowError { return a.bad }

// Close ends the goroutine, waiting for a read in progress, and closes the
// source if that can be closed. It may be called more than once.
func (a *ReadAhead) Close() error {
	if a.closed {
		return nil
	}
	a.closed = true
	a.batch, a.next = &batch{}, 0
	close(a.stop)
	<-a.ended
	if c, ok := a.src.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

var (
	_ Trace = (*ReadAhead)(nil)
	_ Trace = (*CSV)(nil)
	_ Trace = (*SWF)(nil)
	_ Trace = (*Pods)(nil)
)
