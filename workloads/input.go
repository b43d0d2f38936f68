package workloads

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Input is an open trace file, decompressed while it is read.
type Input struct {
	name   string
	r      *bufio.Reader
	closes []func() error
	file   *counter // nil where it is no file
}

// counter counts what is read of a file.
type counter struct {
	io.Reader
	size int64
	read atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// ReadShare returns how much of the file has been read, from 0 to 1, and 0
// where that is not known, as of standard input. It may be called while another
// goroutine reads.
func (in *Input) ReadShare() float64 {
	if in.file == nil || in.file.size == 0 {
		return 0
	}
	return min(1, float64(in.file.read.Load())/float64(in.file.size))
}

// The windows of the decoders below are the only memory that depends on what
// the file claims about itself, so they are bounded: 128 MiB is what
// "zstd --long" asks for, and more than any trace needs.
const (
	inputBuffer   = 128 << 10
	maxZstdWindow = 128 << 20
)

// Open opens the file at path. What is compressed with gzip or zstd is
// decompressed, whatever the file is called: the first bytes decide. The path
// "-" means stdin, which may be nil if that path does not occur and is not
// closed by Close.
//
// A directory, and a file in a compression or format that is not read here
// (bzip2, xz, zip, Parquet), are errors that say so.
func Open(path string, stdin io.Reader) (*Input, error) {
	if path == "-" {
		if stdin == nil {
			return nil, errors.New("standard input: there is none to read from")
		}
		return NewInput("standard input", stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: is a directory; name a file in it", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	counted := &counter{Reader: f}
	if info.Mode().IsRegular() {
		counted.size = info.Size()
	}
	in, err := NewInput(path, counted)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	in.file = counted
	in.closes = append(in.closes, f.Close)
	return in, nil
}

// NewInput reads a trace from r, decompressing as Open does. The name stands
// in error messages. Close does not close r.
func NewInput(name string, r io.Reader) (*Input, error) {
	in := &Input{name: name}
	raw := bufio.NewReaderSize(r, inputBuffer)
	head, err := raw.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, in.explain(err)
	}
	switch kind := compression(head); kind {
	case "":
		in.r = raw
	case "gzip":
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, in.explain(err)
		}
		in.r = bufio.NewReaderSize(z, inputBuffer)
		// Its Close repeats an error that Read has returned.
		in.closes = append(in.closes, func() error { _ = z.Close(); return nil })
	case "zstd":
		z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, in.explain(err)
		}
		in.r = bufio.NewReaderSize(z, inputBuffer)
		in.closes = append(in.closes, func() error { z.Close(); return nil })
	default:
		return nil, fmt.Errorf("%s: is a %s file; a trace is text, plain or compressed with gzip or zstd", name, kind)
	}
	return in, nil
}

// compression names what the first bytes of a file stand for, "" for text.
func compression(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return "gzip"
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "zstd"
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}):
		return "zstd" // begins with a skippable frame, as pzstd writes
	case bytes.HasPrefix(head, []byte("BZh")):
		return "bzip2"
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z'}):
		return "xz"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "zip"
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "Parquet"
	}
	return ""
}

// Name is the path the input was opened with, for messages.
func (in *Input) Name() string { return in.name }

// Read implements io.Reader. Its errors name the file.
func (in *Input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = in.explain(err)
	}
	return n, err
}

// peek returns up to n of the bytes that Read returns next.
func (in *Input) peek(n int) ([]byte, error) {
	head, err := in.r.Peek(n)
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		return head, nil
	}
	if err != nil {
		// What was read before the damage is enough to look at.
		if len(head) > 0 {
			return head, nil
		}
		return nil, in.explain(err)
	}
	return head, nil
}

// Close closes the file. It is not called while a Read is going on.
func (in *Input) Close() error {
	var errs []error
	for _, c := range in.closes {
		errs = append(errs, c())
	}
	in.closes = nil
	return errors.Join(errs...)
}

func (in *Input) explain(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: the compressed file is cut off (%w); copy it again", in.name, err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt),
		errors.Is(err, zstd.ErrCRCMismatch), errors.Is(err, zstd.ErrMagicMismatch):
		return fmt.Errorf("%s: the compressed file is damaged (%w); copy it again", in.name, err)
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fmt.Errorf("%s: %w: compress it with a window of at most 128 MiB (zstd without --ultra --long)", in.name, err)
	}
	return fmt.Errorf("%s: %w", in.name, err)
}
