package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// nameIndex knows which names are taken, by which row. It is a hash table in a
// file, so that a million names take the memory of one: slots of 16 bytes,
// linear probing, at most half full. Names are known by 63 bits of hash with a
// seed of this process, without regard to case, nor to whether an accent is a
// character of its own, which macOS passes over; 16 more bits tell whether two
// differ in these.
type nameIndex struct {
	dir   string
	f     *os.File
	slots uint64
	used  uint64
	seeds [2]maphash.Seed
	cased bool
}

const (
	slotBytes  = 16
	firstSlots = 1 << 16
	slotGrowth = 8
	rowBits    = 48 // of the second word; the others are of the hash of the name as it is
	rowMask    = 1<<rowBits - 1
)

func newNameIndex(dir string, cased bool) (*nameIndex, error) {
	x := &nameIndex{dir: dir, cased: cased, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	var err error
	x.slots = firstSlots
	x.f, err = x.file(firstSlots)
	return x, err
}

// file is an empty table without a name where the system can do that.
func (x *nameIndex) file(slots uint64) (*os.File, error) {
	f, err := os.CreateTemp(x.dir, "names-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where an open file cannot be removed it goes with the state folder
	return f, f.Truncate(int64(slots * slotBytes))
}

func (x *nameIndex) Close() error {
	err := x.f.Close()
	_ = os.Remove(x.f.Name()) // gone already where that could be done early
	return err
}

// claim gives the name to the row and returns 0, or the row that has it, with
// the same letters in the same case or not.
func (x *nameIndex) claim(name string, row int64) (taken int64, same bool, err error) {
	exact := maphash.String(x.seeds[1], name) << rowBits
	if !x.cased {
		name = strings.ToLower(strings.ToUpper(norm.NFC.String(name)))
	}
	key := maphash.String(x.seeds[0], name) | 1 // 0 is a free slot
	entry, err := x.insert(x.f, x.slots, key, exact|uint64(row)&rowMask)
	if err != nil || entry != 0 {
		return int64(entry & rowMask), entry&^rowMask == exact, err
	}
	if x.used++; x.used > x.slots/2 {
		return 0, false, x.grow()
	}
	return 0, false, nil
}

// insert puts an entry into a table and returns 0, or the second word of the
// entry that is there.
func (x *nameIndex) insert(f *os.File, slots, key, more uint64) (uint64, error) {
	var room [4 * slotBytes]byte
	for slot := key >> 1 % slots; ; {
		near := room[:min(slots-slot, 4)*slotBytes]
		if _, err := f.ReadAt(near, int64(slot*slotBytes)); err != nil {
			return 0, indexError(err)
		}
		for len(near) > 0 {
			k, m := binary.LittleEndian.Uint64(near), binary.LittleEndian.Uint64(near[8:])
			if k == 0 {
				binary.LittleEndian.PutUint64(near, key)
				binary.LittleEndian.PutUint64(near[8:], more)
				_, err := f.WriteAt(near[:slotBytes], int64(slot*slotBytes))
				return 0, indexError(err)
			}
			if k == key {
				return m, nil
			}
			near = near[slotBytes:]
			slot++
		}
		slot %= slots
	}
}

func (x *nameIndex) grow() error {
	larger := x.slots * slotGrowth
	f, err := x.file(larger)
	if err != nil {
		return indexError(err)
	}
	block := make([]byte, 64<<10)
	for at := int64(0); at < int64(x.slots*slotBytes); at += int64(len(block)) {
		n, err := x.f.ReadAt(block, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return indexError(err)
		}
		for entry := block[:n]; len(entry) > 0; entry = entry[slotBytes:] {
			key := binary.LittleEndian.Uint64(entry)
			if key == 0 {
				continue
			}
			if _, err := x.insert(f, larger, key, binary.LittleEndian.Uint64(entry[8:])); err != nil {
				return err
			}
		}
	}
	_ = x.Close() // of no more use
	x.f, x.slots = f, larger
	return nil
}

func indexError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the index of file names: %w", err)
}

// removeIndexes clears what a killed run left where open files keep their
// names.
func removeIndexes(dir string) {
	left, err := filepath.Glob(filepath.Join(dir, "names-*"))
	if err != nil {
		panic(err) // the pattern is good
	}
	for _, name := range left {
		_ = os.Remove(name) // it harms nobody
	}
}
