package batch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// ArchiveKind is the form of an archive.
type ArchiveKind string

// The forms of an archive. Files are stored in them as they are: pictures are
// compressed already.
const (
	ZIP ArchiveKind = "zip"
	Tar ArchiveKind = "tar"
)

// Types of the archives, as media types.
var archiveTypes = map[ArchiveKind]string{ZIP: "application/zip", Tar: "application/x-tar"}

// MediaType is the archive's media type.
func (k ArchiveKind) MediaType() string { return archiveTypes[k] }

// packer writes the form of an archive.
type packer interface {
	// add appends a file of a size.
	add(w io.Writer, name string, size int64, content func(io.Writer) error) error
	// finish appends what ends the archive.
	finish(w io.Writer) error
	// directory is how long the packer's own file is, and flush completes it.
	directory() int64
	flush() error
	sync() error
	close() error
}

// Archive is a [Sink] that makes one ZIP or tar file, or a stream of it. All
// files in it are dated 1980-01-01, so that the same codes make the same
// archive.
type Archive struct {
	part
	kind ArchiveKind

	mu      sync.Mutex // Sync runs beside Put
	w       *bufio.Writer
	written int64
	begun   int64 // what of it the disk was told of
	pack    packer
}

// archiveBuffer goes to the system at once: the more, the fewer pages it has to
// look after, until a processor's own cache is too small.
const archiveBuffer = 1 << 20

// diskStep is after how much more the disk begins to write it, so that little is
// left when the archive ends.
const diskStep = 8 << 20

// NewArchive is a sink that makes the archive at path, which must not be there
// at a fresh start. Until it is whole its name ends with [Part].
func NewArchive(kind ArchiveKind, path string) *Archive {
	return &Archive{kind: kind, part: part{path: path}}
}

// NewStream is a sink that writes the archive to w. It cannot be resumed.
func NewStream(kind ArchiveKind, w io.Writer) *Archive {
	return &Archive{kind: kind, part: part{out: w}}
}

// Parallel implements [Sink].
func (a *Archive) Parallel() int { return 1 }

// Begin implements [Sink].
func (a *Archive) Begin(_ context.Context, state string, at *Mark) error {
	at, err := a.begin(at)
	if err != nil {
		return err
	}
	a.written, a.begun = at.Written, at.Written
	a.w = bufio.NewWriterSize(a.out, archiveBuffer)
	if a.kind == Tar {
		a.pack = &tarPacker{}
	} else {
		a.pack, err = openZIP(filepath.Join(state, "directory"), at)
	}
	return err
}

// Write counts what goes into the archive. It is for packers.
func (a *Archive) Write(data []byte) (int, error) {
	n, err := a.w.Write(data)
	a.written += int64(n)
	return n, err
}

// Put implements [Sink].
func (a *Archive) Put(_ context.Context, f File) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.pack.add(a, f.Name, int64(len(f.Data)), func(w io.Writer) error {
		_, err := w.Write(f.Data)
		return err
	})
	if n := a.written - a.begun; a.f != nil && n >= diskStep {
		startWriting(a.f, a.begun, n)
		a.begun = a.written
	}
	return err
}

// Mark implements [Sink].
func (a *Archive) Mark() Mark {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Mark{Written: a.written, Directory: a.pack.directory()}
}

// Sync implements [Sink].
func (a *Archive) Sync(context.Context) error {
	if err := a.flush(); err != nil || a.f == nil {
		return err
	}
	return errors.Join(a.f.Sync(), a.pack.sync())
}

func (a *Archive) flush() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return errors.Join(a.w.Flush(), a.pack.flush())
}

// Finish implements [Sink].
func (a *Archive) Finish(_ context.Context, extras []Extra) error {
	for _, e := range extras {
		err := a.pack.add(a, e.Name, e.Size, func(w io.Writer) error { return pour(w, e.Path) })
		if err != nil {
			return err
		}
	}
	if err := a.pack.finish(a); err != nil {
		return err
	}
	if err := a.w.Flush(); err != nil || a.f == nil {
		return err
	}
	if err := a.f.Sync(); err != nil {
		return err
	}
	return a.whole()
}

// Close implements [Sink].
func (a *Archive) Close() error {
	var err error
	if a.pack != nil {
		err = a.pack.close()
		a.pack = nil
	}
	return errors.Join(err, a.close())
}

// pour writes a file's content to w.
func pour(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	_, err = io.Copy(w, f)
	return err
}
