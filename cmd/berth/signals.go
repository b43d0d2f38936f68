package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interruptible returns a context that ends with SIGINT or SIGTERM, the cause
// being an [interrupted]. A second signal ends the program at once. stop gives
// the signals back.
func (p *program) interruptible(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	stopped := make(chan struct{})
	go func() {
		for first := true; ; first = false {
			select {
			case <-stopped:
				return
			case s := <-signals:
				caught := interrupted{signal: s.(syscall.Signal)}
				if !first {
					p.abandoned <- exitCode(caught)
					return
				}
				cancel(caught)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(stopped)
		cancel(nil)
	}
}

// caught returns the signal that ended a context, if one did.
func caught(ctx context.Context) (interrupted, bool) {
	var i interrupted
	ok := ctx.Err() != nil && errors.As(context.Cause(ctx), &i)
	return i, ok
}

// untilDone reads until its context ends, and then finds the end of the input:
// a read from a terminal or a pipe would otherwise outlast an interrupt.
type untilDone struct {
	ctx   context.Context
	from  io.Reader
	ahead chan chunk // the read that is under way, if any
	rest  []byte     // read, and not yet given away
	buf   []byte
	cut   atomic.Bool // whether the context ended the input
}

// chunk is what one read gave.
type chunk struct {
	n   int
	err error
}

func (u *untilDone) Read(to []byte) (int, error) {
	if len(u.rest) == 0 {
		if u.ahead == nil {
			u.ahead = make(chan chunk, 1)
			if u.buf == nil {
				u.buf = make([]byte, 256<<10)
			}
			go func() {
				n, err := u.from.Read(u.buf)
				u.ahead <- chunk{n, err}
			}()
		}
		select {
		case <-u.ctx.Done():
			u.cut.Store(true)
			return 0, io.EOF
		case c := <-u.ahead:
			u.ahead = nil
			if c.n == 0 {
				return 0, c.err
			}
			u.rest = u.buf[:c.n] // an error comes again with the next read
		}
	}
	n := copy(to, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
