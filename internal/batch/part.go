package batch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Part is what the name of an archive or a PDF ends with until it is whole.
const Part = ".part"

// part is an output that is written from front to back: a file, which has its
// name at work until it is whole, or a stream.
type part struct {
	path string    // "": a stream
	out  io.Writer // where it goes
	f    *os.File  // nil: a stream
}

// begin opens the output at a mark, which is nil at a fresh start, and returns
// the mark.
func (p *part) begin(at *Mark) (*Mark, error) {
	if at == nil {
		at = &Mark{}
	} else if p.path == "" {
		return nil, errors.New("a stream cannot be resumed")
	}
	if p.path == "" {
		return at, nil
	}
	f, err := openPart(p.path, at.Written == 0, at.Written)
	if err != nil {
		return nil, err
	}
	p.f, p.out = f, f
	return at, nil
}

// whole gives a file that is durable its name.
func (p *part) whole() error {
	if err := os.Rename(p.path+Part, p.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(p.path))
}

func (p *part) close() error {
	if p.f == nil {
		return nil
	}
	err := p.f.Close()
	p.f = nil
	return err
}

// openPart opens the file at path under its name at work, for this process
// alone, and cuts it to size. At a fresh start no whole one may be there.
func openPart(path string, fresh bool, size int64) (*os.File, error) {
	part := path + Part
	_, whole := os.Stat(path)
	_, begun := os.Stat(part)
	switch {
	case fresh && !errors.Is(whole, fs.ErrNotExist):
		return nil, errors.Join(whole, fmt.Errorf("%w: %s is there", ErrNotEmpty, path))
	case fresh || begun == nil:
	case whole != nil:
		return nil, fmt.Errorf("%s is gone: the batch cannot be resumed", part)
	default: // it was killed after the file was whole
		if err := os.Rename(path, part); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err = waitFor(f); err == nil { // another batch may keep its state elsewhere
		err = cutTo(f, size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
