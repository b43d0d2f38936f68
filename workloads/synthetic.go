package workloads

import (
	"errors"
	"io"
	"math/rand/v2"

	"berth/sim"
	"berth/sim/cluster"
)

// Synthetic is a source of equal tasks at drawn or listed instants. Its
// fields are set before the first Next.
type Synthetic struct {
	Arrivals Arrivals
	// Duration is drawn in seconds, from Stream, once for each arrival and in
	// their order. It is another stream than that of the arrivals, so that a
	// change of the one leaves the other's draws in place.
	Duration Distribution
	Stream   *rand.Rand

	Demand   cluster.Vector
	Priority int
	Group    string
	Count    int // identical tasks of each arrival; 0 means 1

	// Limit ends the source after so many arrivals and Until before the first
	// that is not earlier. With 0 for both it goes on as long as Arrivals do.
	Limit int
	Until sim.Time

	submitted int
}

// Validate reports what Next would run into.
func (s *Synthetic) Validate() error {
	var errs []error
	if s.Arrivals == nil {
		errs = append(errs, errors.New("arrivals are missing"))
	}
	if s.Duration == nil {
		errs = append(errs, errors.New("duration is missing"))
	} else if s.Stream == nil {
		if _, drawsNothing := s.Duration.(Constant); !drawsNothing {
			errs = append(errs, errors.New("duration has no stream to draw from"))
		}
	}
	if s.Count < 0 || s.Limit < 0 || s.Until < 0 {
		errs = append(errs, errors.New("count, limit and until have to be 0 or more"))
	}
	if g, ok := s.Arrivals.(*gaps); ok && s.Limit == 0 && !(g.distribution.Mean() > 0) {
		errs = append(errs, errors.New("arrivals have distances of 0 and no end; give their number"))
	}
	return errors.Join(errs...)
}

// Next implements Source. It returns no errors.
func (s *Synthetic) Next(row *Row) (bool, error) {
	if s.Limit > 0 && s.submitted == s.Limit {
		return false, nil
	}
	at, ok := s.Arrivals.Next()
	if !ok || s.Until > 0 && at >= s.Until {
		return false, nil
	}
	s.submitted++
	*row = Row{Submit: at, Duration: Draw(s.Duration, s.Stream), Demand: s.Demand, Count: max(1, s.Count), Priority: s.Priority, Group: s.Group}
	return true, nil
}

// Timed is a source of another one's rows at other times: for lists of tasks
// that have none, which are read with Options.Untimed.
type Timed struct {
	Source   Source
	Arrivals Arrivals // of the rows, in the order of Source
	// Duration is drawn from Stream for each row; nil leaves the durations as
	// they are.
	Duration Distribution
	Stream   *rand.Rand
}

// Next implements Source. It ends with the source or with the arrivals,
// whichever is first.
func (t *Timed) Next(row *Row) (bool, error) {
	ok, err := t.Source.Next(row)
	if !ok || err != nil {
		return false, err
	}
	if row.Submit, ok = t.Arrivals.Next(); !ok {
		return false, nil
	}
	if t.Duration != nil {
		row.Duration = Draw(t.Duration, t.Stream)
	}
	return true, nil
}

// Skipped, BadRows and Close are those of the source, so that a Timed is a
// Trace where its source is one.

// Skipped implements Trace.
func (t *Timed) Skipped() int {
	if trace, ok := t.Source.(Trace); ok {
		return trace.Skipped()
	}
	return 0
}

// BadRows implements Trace.
func (t *Timed) BadRows() []*RowError {
	if trace, ok := t.Source.(Trace); ok {
		return trace.BadRows()
	}
	return nil
}

// Close closes the source if that can be closed.
func (t *Timed) Close() error {
	if c, ok := t.Source.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
