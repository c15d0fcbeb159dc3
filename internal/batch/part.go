package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Part is what the name of an archive or a PDF ends with until it is whole.
const Part = ".part"

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
