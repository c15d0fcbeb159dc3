package reading

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBudget(t *testing.T) {
	var b budget
	b.free.Store(10 * chunk)
	want := bytes.Repeat([]byte("suncode "), 3*chunk/8)
	first, err := b.receive(iotest.OneByteReader(bytes.NewReader(want)))
	if err != nil || !bytes.Equal(first.Data, want) {
		t.Fatalf("%d bytes, %v", len(first.Data), err)
	}
	if free := b.free.Load(); free != 10*chunk-first.paid || first.paid != int64(cap(first.Data)) {
		t.Errorf("%d free, %d paid for %d", free, first.paid, cap(first.Data))
	}
	second, err := b.receive(bytes.NewReader(make([]byte, 8*chunk)))
	if !errors.Is(err, ErrBusy) {
		t.Errorf("no room left: %v", err)
	}
	second.Release()
	third, err := b.receive(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if string(third.Data) != "abc" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", third.Data, err)
	}
	third.Release()
	first.Release()
	if free := b.free.Load(); free != 10*chunk {
		t.Errorf("%d free after all was released", free)
	}
}
