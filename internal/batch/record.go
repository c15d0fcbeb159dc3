package batch

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
)

// records cuts a stream into lines within a fixed buffer. A line that does not
// fit is passed over.
type records struct {
	r      io.Reader
	buf    []byte
	at     int   // begin of what was not consumed
	end    int   // of what was read
	line   int64 // lines consumed
	err    error // of the reader, once all before it is consumed
	read   int64 // bytes read
	digest hash.Hash
	empty  int // reads in a row that gave nothing
}

func newRecords(r io.Reader) *records {
	return &records{r: r, buf: make([]byte, 2*MaxRecord), digest: sha256.New()}
}

// bom begins some UTF-8 files; the other two begin UTF-16.
const (
	bom        = "\xef\xbb\xbf"
	utf16LEBOM = "\xff\xfe"
	utf16BEBOM = "\xfe\xff"
)

// begin passes over a byte order mark.
func (s *records) begin() error {
	for s.end < len(bom) && s.err == nil {
		s.fill()
	}
	head := s.buf[:s.end]
	if bytes.HasPrefix(head, []byte(utf16LEBOM)) || bytes.HasPrefix(head, []byte(utf16BEBOM)) {
		return sourceError(1, "it is UTF-16; save it as UTF-8")
	}
	if bytes.HasPrefix(head, []byte(bom)) {
		s.at = len(bom)
	}
	return nil
}

// fill reads more into the buffer, which must have room after moving what is
// left to its beginning.
func (s *records) fill() {
	if s.at > 0 {
		copy(s.buf, s.buf[s.at:s.end])
		s.end -= s.at
		s.at = 0
	}
	n, err := s.r.Read(s.buf[s.end:])
	s.end += n
	s.read += int64(n)
	if s.empty++; n > 0 {
		s.empty = 0
	}
	if s.empty > 100 && err == nil {
		err = io.ErrNoProgress
	}
	s.err = err
}

// consumed is how much of the stream was dealt with, in bytes.
func (s *records) consumed() int64 { return s.read - int64(s.end-s.at) }

// peek is the next lines, from 1, as they stand, with their ends: fewer at the
// end of the stream, none when it is consumed. False means that they are
// longer than MaxRecord. The bytes are good until the next call.
func (s *records) peek(lines int) ([]byte, bool) {
	n := 0
	for {
		window := s.buf[s.at:s.end]
		for n < len(window) {
			end := bytes.IndexByte(window[n:], '\n')
			if end < 0 {
				break
			}
			n += end + 1
			if n > MaxRecord {
				return nil, false
			}
			if lines--; lines == 0 {
				return window[:n], true
			}
		}
		if len(window) > MaxRecord {
			return nil, false
		}
		if s.err != nil {
			return window, true
		}
		s.fill()
	}
}

// take consumes n bytes that peek showed, which hold so many lines.
func (s *records) take(n, lines int) {
	s.digest.Write(s.buf[s.at : s.at+n])
	s.skip(n, lines)
}

// skip is take for what is no row.
func (s *records) skip(n, lines int) {
	s.at += n
	s.line += int64(lines)
}

// drop consumes a line of any length.
func (s *records) drop() {
	for {
		window := s.buf[s.at:s.end]
		if end := bytes.IndexByte(window, '\n'); end >= 0 {
			s.take(end+1, 1)
			return
		}
		s.take(len(window), 0)
		if s.err != nil {
			s.line++
			return
		}
		s.fill()
	}
}

// next is the next line that is not blank, without its end. Its number is
// s.line. io.EOF is the end; errTooLong a line that was dropped.
func (s *records) next() ([]byte, error) {
	for {
		line, ok := s.peek(1)
		if !ok {
			s.drop()
			return nil, errTooLong
		}
		if len(line) == 0 {
			return nil, s.err
		}
		text := trimEnd(line)
		if len(bytes.TrimSpace(text)) == 0 {
			s.skip(len(line), 1)
			continue
		}
		s.take(len(line), 1)
		return text, nil
	}
}

// trimEnd cuts the end of a line off: \n or \r\n.
func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}
