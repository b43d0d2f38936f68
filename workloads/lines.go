package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxRecord bounds a line, and a CSV record over several lines, and with it
// the memory that reading takes.
const maxRecord = 1 << 20

var errRecordTooLong = errors.New("is longer than 1 MiB")

// lines cuts a stream into lines without copying them.
type lines struct {
	r     io.Reader
	buf   []byte
	start int   // of the current record
	pos   int   // after the current record
	end   int   // of what is in buf
	err   error // of reading, kept until what was read before it is used up
	line  int   // number of the current record's first line
	count int   // of the lines up to pos
}

func newLines(r io.Reader) *lines {
	return &lines{r: r, buf: make([]byte, 64<<10)}
}

// next returns the next line without its end, "\n" or "\r\n"; the last line
// needs none. The slice is valid until the next call. After the last line it
// returns io.EOF. On errRecordTooLong the line has been passed over.
func (l *lines) next() ([]byte, error) {
	l.start = l.pos
	l.line = l.count + 1
	// The common case, small enough to stay together: a whole line is there.
	if i := bytes.IndexByte(l.buf[l.pos:l.end], '\n'); i >= 0 {
		l.pos += i + 1
		l.count++
		if i > maxRecord {
			return nil, errRecordTooLong
		}
		return chomp(l.buf[l.start : l.pos-1]), nil
	}
	return l.more()
}

// more extends the current record by the following line and returns the whole.
// It returns io.EOF if there is nothing to extend it by.
func (l *lines) more() ([]byte, error) {
	for searched := l.pos; ; {
		if i := bytes.IndexByte(l.buf[searched:l.end], '\n'); i >= 0 {
			l.pos = searched + i + 1
			l.count++
			if l.pos-l.start > maxRecord {
				return nil, errRecordTooLong
			}
			return chomp(l.buf[l.start : l.pos-1]), nil
		}
		if l.end-l.start > maxRecord {
			return nil, l.discard()
		}
		if errors.Is(l.err, io.EOF) && l.pos < l.end {
			l.pos = l.end
			l.count++
			return chomp(l.buf[l.start:l.end]), nil
		}
		if l.err != nil {
			return nil, l.fault()
		}
		end := l.end
		searched = end - l.fill()
	}
}

// fault is io.EOF, or what went wrong and where.
func (l *lines) fault() error {
	if errors.Is(l.err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("%w (%d lines were read before)", l.err, l.count)
}

// rewind shortens the current record to its first line, for a record that
// turned out not to end.
func (l *lines) rewind() {
	i := bytes.IndexByte(l.buf[l.start:l.end], '\n')
	if i < 0 {
		l.pos = l.end
	} else {
		l.pos = l.start + i + 1
	}
	l.count = l.line
}

// fill reads more behind what is there and returns by how much that has moved
// towards the front of the buffer.
func (l *lines) fill() (moved int) {
	if l.start > 0 {
		moved = l.start
		copy(l.buf, l.buf[l.start:l.end])
		l.start, l.pos, l.end = 0, l.pos-moved, l.end-moved
	}
	if l.end == len(l.buf) {
		grown := make([]byte, 2*len(l.buf))
		copy(grown, l.buf)
		l.buf = grown
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	l.err = err
	return moved
}

// discard passes over the rest of a line that is too long to be kept. A record
// of several lines is cut to its first by rewind instead.
func (l *lines) discard() error {
	if l.pos > l.start {
		return errRecordTooLong
	}
	for {
		if i := bytes.IndexByte(l.buf[l.pos:l.end], '\n'); i >= 0 {
			l.pos += i + 1
			break
		}
		l.start, l.pos, l.end = 0, 0, 0
		if l.err != nil {
			break
		}
		l.fill()
	}
	l.count++
	return errRecordTooLong
}

func chomp(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}
