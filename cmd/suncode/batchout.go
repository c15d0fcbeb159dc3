package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/s3"
	"github.com/suncode/suncode/internal/sheet"
)

// sourceFile is where rows come from: a file, standard input, or nothing.
type sourceFile struct {
	r      io.Reader
	file   *os.File
	size   int64
	digest string
}

// open opens the source. A file is read once beforehand, so that a run that is
// resumed knows it again.
func (o *batchOptions) open(cmd *cobra.Command, given []string) error {
	o.source = &sourceFile{}
	if len(given) == 0 {
		return nil
	}
	if given[0] == "-" {
		o.source.r = cmd.InOrStdin()
		return nil
	}
	f, err := os.Open(given[0])
	if err != nil {
		return err
	}
	o.source.r, o.source.file = f, f
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err // a pipe is read as it comes
	}
	sum := sha256.New()
	if o.source.size, err = io.Copy(sum, f); err != nil {
		return err
	}
	o.source.digest = hex.EncodeToString(sum.Sum(nil))
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// reader is what the rows are read from. A stream that waits for its other end
// does not keep the batch from being interrupted.
func (s *sourceFile) reader(ctx context.Context) io.Reader {
	if s.r == nil || s.digest != "" {
		return s.r
	}
	return &stream{ctx: ctx, r: s.r}
}

// stream is a reader whose Read ends with a context.
type stream struct {
	ctx  context.Context
	r    io.Reader
	room []byte
}

// Read reads in a goroutine, which is left behind when the context ends first:
// then so does the program.
func (s *stream) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	if len(s.room) < len(p) {
		s.room = make([]byte, len(p))
	}
	read, room := make(chan result, 1), s.room[:len(p)]
	go func() {
		n, err := s.r.Read(room)
		read <- result{n, err}
	}()
	select {
	case r := <-read:
		return copy(p, room[:r.n]), r.err
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

// Close closes what open opened.
func (s *sourceFile) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// stateFolder is where a batch keeps what it needs to be resumed.
type stateFolder struct {
	dir     string
	passing bool // of no use after this run
}

func (s stateFolder) remove() { _ = os.RemoveAll(s.dir) } // a leftover in the temporary folder does no harm

// sink is where the files go, and the state.
func (o *batchOptions) sink(out io.Writer) (batch.Sink, stateFolder, error) {
	kind := batch.ArchiveKind(o.archive.value)
	if ext := strings.ToLower(filepath.Ext(o.out)); kind == "" && (ext == ".zip" || ext == ".tar") {
		kind = batch.ArchiveKind(ext[1:])
	}
	state := stateFolder{dir: o.state}
	beside := func(dir string) {
		if state.dir == "" {
			state.dir = dir
		}
	}
	switch {
	case o.out == "-" && (kind != "" || o.vector.paper != ""):
		dir, err := os.MkdirTemp("", "suncode-batch-")
		if err != nil || o.vector.paper == "" {
			return batch.NewStream(kind, out), stateFolder{dir, true}, err
		}
		sheets, err := o.sheets(out)
		return sheets, stateFolder{dir, true}, err
	case o.vector.paper != "":
		beside(o.out + ".state")
		sheets, err := o.sheets(out)
		return sheets, state, err
	case strings.HasPrefix(o.out, "s3://"):
		beside("suncode-batch-" + hex.EncodeToString(sum8(o.endpoint+" "+o.out)) + ".state")
		sink, err := o.bucket()
		return sink, state, err
	case o.out == "-":
		return nil, state, usageError("as in -o - --archive tar", "standard output takes an archive: --archive zip or tar")
	case kind != "":
		beside(o.out + ".state")
		return batch.NewArchive(kind, o.out), state, nil
	}
	beside(filepath.Join(o.out, batch.StateName))
	return batch.NewFolder(o.out), state, nil
}

// complete tells whether the output is that of a batch that came to its end.
func (o *batchOptions) complete() bool {
	info, err := os.Stat(o.out)
	if err == nil && info.IsDir() {
		_, err = os.Stat(filepath.Join(o.out, batch.ManifestJSON))
	}
	return err == nil
}

func sum8(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:4]
}

func (o *batchOptions) bucket() (batch.Sink, error) {
	bucket, prefix, err := s3.ParseTarget(o.out)
	if err != nil {
		return nil, usageError("", "%w", err)
	}
	sink, err := s3.New(s3.Config{Endpoint: o.endpoint, Bucket: bucket, Prefix: prefix})
	if err != nil {
		return nil, usageError("--s3-endpoint or $AWS_ENDPOINT_URL has it", "%w", err)
	}
	return sink, nil
}

// layout is the contact sheet that the flags describe.
func (o *batchOptions) layout() (sheet.Layout, error) {
	v := &o.vector
	l := sheet.NewLayout()
	var err1, err2 error
	l.Paper, err1 = sheet.ParsePaper(v.paper)
	l.Grid, err2 = sheet.ParseGrid(v.grid)
	if err := errors.Join(err1, err2); err != nil {
		return l, usageError("", "%w", err)
	}
	if v.margin.set {
		l.MarginMM = v.margin.mm
	}
	l.GutterMM, l.CropMarks, l.PageNumbers = v.gutter.mm, v.crop, v.numbers
	l.Captions = o.spec.Vector.Caption != ""
	return l, settingsError(o.spec.CheckSheet(&l))
}

// sheets is the sink of contact sheets.
func (o *batchOptions) sheets(out io.Writer) (batch.Sink, error) {
	layout, err := o.layout()
	if err != nil {
		return nil, err
	}
	if o.out == "-" {
		return batch.StreamSheets(layout, out), nil
	}
	return batch.NewSheets(layout, o.out), nil
}
