package batch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
)

// StateName is the folder inside an output folder in which a batch keeps its
// state while it is not finished.
const StateName = ".suncode-batch"

// Folder is a [Sink] that makes files in a folder. A file gets its name when
// it is whole.
type Folder struct {
	dir  string
	own  string // the folder in it that goes when all is done
	temp string
	lock *os.File // held while it is at work: another batch may keep its state elsewhere
	next atomic.Int64
}

// NewFolder is a sink that makes files below dir, which is made and must be
// empty at a fresh start.
func NewFolder(dir string) *Folder {
	own := filepath.Join(dir, StateName)
	return &Folder{dir: dir, own: own, temp: filepath.Join(own, "new")}
}

// Begin implements [Sink].
func (f *Folder) Begin(_ context.Context, _ string, at *Mark) error {
	if at == nil {
		if err := f.checkEmpty(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(f.own, 0o777); err != nil {
		return err
	}
	var err error
	if f.lock, err = os.OpenFile(filepath.Join(f.own, outputFile), os.O_CREATE|os.O_RDWR, 0o666); err != nil {
		return err
	}
	if err := waitFor(f.lock); err != nil {
		return err
	}
	if err := os.RemoveAll(f.temp); err != nil {
		return err
	}
	return os.Mkdir(f.temp, 0o777)
}

// outputFile is the lock of a folder that codes are put into.
const outputFile = "output"

func (f *Folder) checkEmpty() error {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != StateName {
			return fmt.Errorf("%w: %s has %s", ErrNotEmpty, f.dir, e.Name())
		}
	}
	return nil
}

// Parallel implements [Sink].
func (f *Folder) Parallel() int { return 0 }

// Put implements [Sink].
func (f *Folder) Put(_ context.Context, file File) error {
	var room [24]byte
	name := strconv.AppendInt(room[:0], f.next.Add(1), 36)
	temp := f.temp + string(filepath.Separator) + string(name)
	if err := os.WriteFile(temp, file.Data, 0o666); err != nil {
		return err
	}
	return f.place(temp, file.Name)
}

// place gives a whole file its name, and makes the folders in it.
func (f *Folder) place(temp, name string) error {
	final := f.dir + string(filepath.Separator) + filepath.FromSlash(name)
	err := os.Rename(temp, final)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(final), 0o777); err == nil {
			err = os.Rename(temp, final)
		}
	}
	if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) || errors.Is(err, fs.ErrExist) {
		_ = os.Remove(temp) // it goes with the folder otherwise
		return &RowError{Column: "file", Reason: "one name is both a file and a folder", Value: clip(name)}
	}
	return err
}

// Mark implements [Sink].
func (f *Folder) Mark() Mark { return Mark{} }

// Sync implements [Sink]: one call for all files, where the system has it.
func (f *Folder) Sync(context.Context) error { return syncTree(f.dir) }

// Finish implements [Sink].
func (f *Folder) Finish(_ context.Context, extras []Extra) error {
	for _, e := range extras {
		temp := filepath.Join(f.temp, e.Name)
		if os.Link(e.Path, temp) != nil { // the state lies on another file system
			if err := copyFile(temp, e.Path); err != nil {
				return err
			}
		}
		if err := f.place(temp, e.Name); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(f.temp); err != nil {
		return err
	}
	_ = os.Remove(f.lock.Name()) // goes with the state otherwise
	_ = os.Remove(f.own)         // stays when the state is in it
	return syncTree(f.dir)
}

// Close implements [Sink].
func (f *Folder) Close() error {
	if f.lock == nil {
		return nil
	}
	err := f.lock.Close()
	f.lock = nil
	return err
}
