package reading

import (
	"io"
	"sync/atomic"
)

// chunk is in which steps a file is received and paid for, in bytes.
const chunk = 64 << 10

// budget is the memory that files may take together. It is paid as bytes arrive, so that a caller who announces
// much and sends little takes nothing from the others, and it never waits, so that nobody can hold it up.
type budget struct{ free atomic.Int64 }

// Upload is a file that has been received. Its memory goes back to the reader with Release.
type Upload struct {
	Data  []byte
	paid  int64
	owner *budget
}

// Receive reads all of r. The upload has to be released, after an error too. Errors are [ErrBusy] and those of r.
func (r *Reader) Receive(file io.Reader) (*Upload, error) { return r.uploads.receive(file) }

func (b *budget) receive(r io.Reader) (*Upload, error) {
	u := &Upload{owner: b}
	for {
		if len(u.Data) == cap(u.Data) {
			if err := u.grow(); err != nil {
				return u, err
			}
		}
		n, err := r.Read(u.Data[len(u.Data):cap(u.Data)])
		u.Data = u.Data[:len(u.Data)+n]
		if err == io.EOF {
			return u, nil
		}
		if err != nil {
			return u, err
		}
	}
}

// grow doubles the room.
func (u *Upload) grow() error {
	more := int64(max(chunk, cap(u.Data)))
	u.paid += more
	if u.owner.free.Add(-more) < 0 {
		return ErrBusy
	}
	grown := make([]byte, len(u.Data), cap(u.Data)+int(more))
	copy(grown, u.Data)
	u.Data = grown
	return nil
}

// Release gives the memory back. Data is gone then.
func (u *Upload) Release() {
	u.owner.free.Add(u.paid)
	u.Data, u.paid = nil, 0
}
