package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// ErrTooLong is returned for a file of ten thousand million bytes: its table has no room for larger offsets.
var ErrTooLong = errors.New("pdf: the file is longer than 10 GB")

const maxOffset = 9_999_999_999

// Ref is the number of an object.
type Ref int

// String is the reference as it stands in other objects.
func (r Ref) String() string { return fmt.Sprintf("%d 0 R", int(r)) }

// Writer writes one file. The first error stays and ends all writing.
type Writer struct {
	w       io.Writer
	hash    hash.Hash
	at      int64
	offsets []int64 // of object 1 and on; 0 is not written
	room    []byte
	err     error
}

// NewWriter begins a file.
func NewWriter(w io.Writer) *Writer {
	out := &Writer{w: w, hash: sha256.New()}
	out.write([]byte("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"))
	return out
}

// State is a file between two objects, as plain data: [Resume] goes on from it. It shares memory with the Writer, which
// does not change what the State has until Close.
type State struct {
	Length  int64   `json:"length"`  // of the file so far
	Offsets []int64 `json:"offsets"` // of object 1 and on; 0 is not written
	Hash    []byte  `json:"hash"`    // of what the file has so far, as far as it got
}

// State is where the file has come. An error of the writer stays with the Writer.
func (w *Writer) State() State {
	hash, err := w.hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		panic(err) // SHA-256 always tells
	}
	return State{w.at, w.offsets, hash}
}

// Resume goes on with a file that ends where the State has its end.
func Resume(out io.Writer, s State) (*Writer, error) {
	w := &Writer{w: out, hash: sha256.New(), at: s.Length, offsets: slices.Clone(s.Offsets)}
	if err := w.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(s.Hash); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return w, nil
}

// Len is how long the file is so far.
func (w *Writer) Len() int64 { return w.at }

// Reserve is a number for an object to come.
func (w *Writer) Reserve() Ref {
	w.offsets = append(w.offsets, 0)
	return Ref(len(w.offsets))
}

// Object writes an object that is no stream.
func (w *Writer) Object(r Ref, format string, args ...any) {
	w.begin(r)
	w.room = fmt.Appendf(w.room, format, args...)
	w.room = append(w.room, "\nendobj\n"...)
	w.write(w.room)
}

// Stream writes a stream. The entries of its dictionary are all but the length.
func (w *Writer) Stream(r Ref, entries string, data []byte) {
	w.begin(r)
	w.room = fmt.Appendf(w.room, "<<%s/Length %d>>\nstream\n", entries, len(data))
	w.write(w.room)
	w.write(data)
	w.write([]byte("\nendstream\nendobj\n"))
}

// Flate writes a stream that it compresses.
func (w *Writer) Flate(r Ref, entries string, data []byte) {
	w.Stream(r, entries+"/Filter/FlateDecode", Deflate(data))
}

// begin notes where an object begins and puts its head into the room.
func (w *Writer) begin(r Ref) {
	w.offsets[r-1] = w.at
	w.room = fmt.Appendf(w.room[:0], "%d 0 obj\n", int(r))
}

// Close writes the table and the trailer. Every object that was reserved must have been written.
func (w *Writer) Close(root, info Ref) error {
	start := w.at
	w.write(fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1))
	for i, at := range w.offsets {
		if at == 0 && w.err == nil {
			w.err = fmt.Errorf("pdf: object %d was never written", i+1)
		}
		w.room = fmt.Appendf(w.room[:0], "%010d 00000 n \n", at)
		w.write(w.room)
	}
	id := w.hash.Sum(nil)[:16]
	w.write(fmt.Appendf(nil, "trailer\n<</Size %d/Root %s/Info %s/ID[<%x><%[4]x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(w.offsets)+1, root, info, id, start))
	return w.err
}

// Err is the first error of writing.
func (w *Writer) Err() error { return w.err }

func (w *Writer) write(data []byte) {
	if w.err != nil {
		return
	}
	if w.at += int64(len(data)); w.at > maxOffset {
		w.err = ErrTooLong
		return
	}
	w.hash.Write(data)
	_, w.err = w.w.Write(data)
}

// deflater is memory for one compression.
type deflater struct {
	zlib *zlib.Writer
	out  bytes.Buffer
}

// deflateLevel takes half the time of the standard library's for files as small.
const deflateLevel = 2

var deflaters = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(nil, deflateLevel)
	if err != nil {
		panic(err) // there is such a level
	}
	return &deflater{zlib: w}
}}

// Deflate is data as FlateDecode reads it.
func Deflate(data []byte) []byte {
	d := deflaters.Get().(*deflater)
	defer deflaters.Put(d)
	d.out.Reset()
	d.zlib.Reset(&d.out)
	_, _ = d.zlib.Write(data) // a buffer takes everything
	_ = d.zlib.Close()
	return bytes.Clone(d.out.Bytes())
}
