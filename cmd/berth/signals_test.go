package main

import (
	"context"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheSecondSignalDoesNotWait(t *testing.T) {
	p := &program{abandoned: make(chan int, 1)}
	ctx, stop := p.interruptible(context.Background())
	defer stop()
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	<-ctx.Done()
	signal, ok := caught(ctx)
	require.True(t, ok)
	assert.Equal(t, 143, exitCode(signal))
	assert.Empty(t, p.abandoned)

	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	assert.Equal(t, 130, <-p.abandoned)
}

func TestAnInterruptEndsTheInput(t *testing.T) {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	in := &untilDone{ctx: ctx, from: r}
	go func() { _, _ = w.Write([]byte("abc")) }()
	buf := make([]byte, 2)
	n, err := in.Read(buf)
	require.NoError(t, err)
	assert.Equal(t, "ab", string(buf[:n]))
	n, err = in.Read(buf)
	require.NoError(t, err)
	assert.Equal(t, "c", string(buf[:n]))
	cancel() // nobody writes any more, and nobody closes the pipe
	_, err = in.Read(buf)
	assert.ErrorIs(t, err, io.EOF)
}
