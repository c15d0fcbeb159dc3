package main

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

// shop is a registry, and what a batch of it makes: the names and sizes that
// the other side writes.
type shop struct {
	store  *sqlite.Store
	issuer *issue.Issuer
	app    uint64
	spec   batch.Spec
	files  []file
	filler []byte // as large as the largest file
}

type file struct {
	name string
	size int
}

func openShop(dir string, codes int) (*shop, error) {
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "registry"))
	if err != nil {
		return nil, err
	}
	demo, _, err := store.EnsureDemo(context.Background())
	if err != nil {
		return nil, err
	}
	app, _ := store.Snapshot().App(demo.AppID)
	s := &shop{store: store, issuer: issue.NewIssuer(store), app: app.Number, spec: batch.NewSpec()}
	s.spec.Form, s.spec.Pattern = batch.Pattern, fmt.Sprintf("id={1..%d}", codes)
	if err := s.survey(filepath.Join(dir, "survey")); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *shop) close() { _ = s.store.Close() }

// survey makes everything once, which also compiles the plate.
func (s *shop) survey(dir string) error {
	defer func() { _ = os.RemoveAll(dir) }() // goes with the folder around it
	if err := s.run(batch.NewFolder(dir), filepath.Join(dir, batch.StateName)); err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, batch.ManifestJSON))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	largest := 0
	for lines := json.NewDecoder(f); ; {
		var e batch.Entry
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		s.files = append(s.files, file{e.File, e.Bytes})
		largest = max(largest, e.Bytes)
	}
	s.filler = make([]byte, largest)
	for i := range s.filler {
		s.filler[i] = byte(i * 31)
	}
	return nil
}

func (s *shop) average() int {
	total := 0
	for _, f := range s.files {
		total += f.size
	}
	return total / len(s.files)
}

func (s *shop) run(sink batch.Sink, state string) error {
	_, err := batch.Run(context.Background(), batch.Job{Spec: s.spec, Issuer: s.issuer, App: s.app, Sink: sink, State: state})
	return err
}

func (s *shop) contests() []contest {
	archive := func(kind batch.ArchiveKind) turn {
		return func(dir string) error {
			return s.run(batch.NewArchive(kind, filepath.Join(dir, "out")), filepath.Join(dir, "state"))
		}
	}
	return []contest{
		{"folder", func(dir string) error {
			return s.run(batch.NewFolder(dir), filepath.Join(dir, batch.StateName))
		}, s.writeFolder},
		{"ZIP", archive(batch.ZIP), s.writeZIP},
		{"tar", archive(batch.Tar), s.writeTar},
	}
}

// writeFolder writes the files on all processors.
func (s *shop) writeFolder(dir string) error {
	for _, f := range s.files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f.name)), 0o777); err != nil {
			return err
		}
	}
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(s.files) && errs[w] == nil; i += workers {
				errs[w] = os.WriteFile(filepath.Join(dir, s.files[i].name), s.filler[:s.files[i].size], 0o666)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *shop) writeZIP(dir string) error {
	return create(filepath.Join(dir, "out"), func(out io.Writer) error {
		z := zip.NewWriter(out)
		for _, f := range s.files {
			w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
			if err != nil {
				return err
			}
			if _, err := w.Write(s.filler[:f.size]); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

func (s *shop) writeTar(dir string) error {
	return create(filepath.Join(dir, "out"), func(out io.Writer) error {
		t := tar.NewWriter(out)
		for _, f := range s.files {
			if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(f.size), Mode: 0o644}); err != nil {
				return err
			}
			if _, err := t.Write(s.filler[:f.size]); err != nil {
				return err
			}
		}
		return t.Close()
	})
}

// create writes a file through a buffer.
func create(name string, fill func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 256<<10)
	err = fill(w)
	return errors.Join(err, w.Flush(), f.Close())
}

// settle waits until the disk has everything.
func settle() { syscall.Sync() }
