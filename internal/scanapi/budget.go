package scanapi

import (
	"io"
	"sync/atomic"
)

// chunk is in which steps a body is read and paid for, in bytes.
const chunk = 64 << 10

// budget is the memory that bodies may take together. It is paid as bytes arrive, so that a caller who announces
// much and sends little takes nothing from the others, and it never waits, so that nobody can hold it up.
type budget struct{ free atomic.Int64 }

// upload is a body that has been received. Its memory goes back to the budget with release.
type upload struct {
	data  []byte
	paid  int64
	owner *budget
}

// receive reads all of r. The upload has to be released, after an error too.
func (b *budget) receive(r io.Reader) (*upload, error) {
	u := &upload{owner: b}
	for {
		if len(u.data) == cap(u.data) {
			if err := u.grow(); err != nil {
				return u, err
			}
		}
		n, err := r.Read(u.data[len(u.data):cap(u.data)])
		u.data = u.data[:len(u.data)+n]
		if err == io.EOF {
			return u, nil
		}
		if err != nil {
			return u, err
		}
	}
}

// grow doubles the room, or fails with busy.
func (u *upload) grow() error {
	more := int64(max(chunk, cap(u.data)))
	u.paid += more
	if u.owner.free.Add(-more) < 0 {
		return busy.because("too many pictures at once, try again")
	}
	grown := make([]byte, len(u.data), cap(u.data)+int(more))
	copy(grown, u.data)
	u.data = grown
	return nil
}

func (u *upload) release() {
	u.owner.free.Add(u.paid)
	u.data, u.paid = nil, 0
}
