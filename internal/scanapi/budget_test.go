package scanapi

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
	if err != nil || !bytes.Equal(first.data, want) {
		t.Fatalf("%d bytes, %v", len(first.data), err)
	}
	if free := b.free.Load(); free != 10*chunk-first.paid || first.paid != int64(cap(first.data)) {
		t.Errorf("%d free, %d paid for %d", free, first.paid, cap(first.data))
	}
	second, err := b.receive(bytes.NewReader(make([]byte, 8*chunk)))
	if p, ok := errors.AsType[*problem](err); !ok || p.failure != busy {
		t.Errorf("no room left: %v", err)
	}
	second.release()
	third, err := b.receive(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if string(third.data) != "abc" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", third.data, err)
	}
	third.release()
	first.release()
	if free := b.free.Load(); free != 10*chunk {
		t.Errorf("%d free after all was released", free)
	}
}
