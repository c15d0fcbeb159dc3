package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/suncode/suncode/internal/sheet"
)

// The files of a state folder, beside the manifests and the reports.
const (
	lockFile       = "lock"
	jobFile        = "job.json"
	checkpointFile = "checkpoint.json"
)

// settings is what must be the same when a run is resumed.
type settings struct {
	Version int    `json:"version"` // of the state folder's form
	Spec    Spec   `json:"spec"`
	App     uint64 `json:"app"`
	Source  string `json:"source,omitempty"` // Job.SourceDigest

	Sheet *sheet.Layout `json:"sheet,omitempty"` // of Sheets
}

// stateVersion is the form of the state folder; another one is not resumed.
const stateVersion = 2

// checkpoint is how far a run had come, all of it safe on disk.
type checkpoint struct {
	Rows   int64            `json:"rows"`
	Good   int64            `json:"good"`
	Bad    int64            `json:"bad"`
	Warned int64            `json:"warned,omitempty"`
	Bytes  int64            `json:"bytes"`
	Digest string           `json:"digest,omitempty"` // of the rows so far, as the source has them
	Sink   Mark             `json:"sink"`
	Logs   map[string]int64 `json:"logs"` // lengths of the manifests and reports
}

// state is an open state folder.
type state struct {
	dir  string
	lock *os.File
	logs []*appendLog // in the order of logNames
	last checkpoint
}

// logNames are the files that grow with the rows.
var logNames = [...]string{ManifestCSV, ManifestJSON, BadCSV, BadJSON}

var logHeaders = [...]string{manifestHeader, "", badHeader, ""}

// appendLog is a file that lines are added to.
type appendLog struct {
	f    *os.File
	w    *bufio.Writer
	size int64
}

func (l *appendLog) write(data []byte) error {
	n, err := l.w.Write(data)
	l.size += int64(n)
	return err
}

// openState makes or opens a state folder and locks it. True means that there
// is something to resume.
func openState(dir string, start Start) (s *state, resumed bool, err error) {
	_, missing := os.Stat(filepath.Join(dir, jobFile))
	if start == Resume && missing != nil {
		return nil, false, ErrNothing
	}
	if start == Fresh && missing == nil {
		return nil, false, unfinished(dir)
	}
	if err := makeState(dir); err != nil {
		return nil, false, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	if err := waitFor(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, false, err
	}
	// Only now is it sure what is there: another process may have begun or
	// ended in between.
	_, missing = os.Stat(filepath.Join(dir, jobFile))
	if _, gone := os.Stat(filepath.Join(dir, lockFile)); gone != nil || start == Fresh && missing == nil {
		_ = f.Close() // nothing was written
		return nil, false, ErrRunning
	}
	removeIndexes(dir)
	return &state{dir: dir, lock: f}, missing == nil, nil
}

// makeState makes a state folder, which is nobody else's business. Those above
// it are as public as the user's other folders: the output is one of them.
func makeState(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// lockWait is how long a killed process may take to end: one that waits for the
// disk does not let go before.
const lockWait = 3 * time.Second

// waitFor locks a state folder, or an output at work.
func waitFor(f *os.File) error {
	for end := time.Now().Add(lockWait); ; time.Sleep(lockWait / 30) {
		if err := lock(f); !errors.Is(err, ErrRunning) || time.Now().After(end) {
			return err
		}
	}
}

// unfinished tells an unfinished run from one that is at work.
func unfinished(dir string) error {
	f, err := os.Open(filepath.Join(dir, lockFile))
	if err == nil {
		err = lock(f)
		_ = f.Close() // gives the lock back
	}
	if errors.Is(err, ErrRunning) {
		return ErrRunning
	}
	return ErrUnfinished
}

// begin writes down what the run is about.
func (s *state) begin(want *settings) error {
	data, err := json.Marshal(want)
	if err != nil {
		return err
	}
	s.last = checkpoint{Logs: map[string]int64{}}
	for _, name := range logNames {
		s.last.Logs[name] = 0
	}
	if err := replaceFile(filepath.Join(s.dir, checkpointFile), mustJSON(&s.last)); err != nil {
		return err
	}
	return replaceFile(filepath.Join(s.dir, jobFile), data)
}

// resume reads where an earlier run had come, and holds it to the settings. A
// seed that was made up then is put into want.
func (s *state) resume(want *settings) error {
	var had settings
	if err := s.read(jobFile, &had); err != nil {
		return err
	}
	if want.Spec.Form == RandomIDs && want.Spec.Random.Seed == "" {
		want.Spec.Random.Seed = had.Spec.Random.Seed
	}
	had.Spec.Bounds = want.Spec.Bounds
	if what := had.differs(want); what != "" {
		return fmt.Errorf("%w: %s", ErrChanged, what)
	}
	return s.read(checkpointFile, &s.last)
}

func (s *state) read(name string, v any) error {
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return fmt.Errorf("the state of the batch cannot be read: %w", err)
	}
	return nil
}

// differs names what is not the same, or nothing.
func (s *settings) differs(o *settings) string {
	switch {
	case s.Version != o.Version:
		return "the state is of another version of the program"
	case s.App != o.App:
		return "the app"
	case s.Source != o.Source:
		return "the source"
	}
	a, b := flatten(&s.Spec), flatten(&o.Spec)
	for name := range a {
		if !reflect.DeepEqual(a[name], b[name]) {
			return name
		}
	}
	switch {
	case len(a) != len(b):
		return "the settings"
	case !bytes.Equal(mustJSON(s.Sheet), mustJSON(o.Sheet)):
		return "the sheet"
	}
	return ""
}

// flatten is the settings by their names.
func flatten(s *Spec) map[string]any {
	all := map[string]any{}
	if err := json.Unmarshal(mustJSON(s), &all); err != nil {
		panic(err) // it was encoded a moment ago
	}
	for _, group := range []string{"look", "vector", "random"} {
		inner, ok := all[group].(map[string]any)
		if !ok {
			continue
		}
		delete(all, group)
		maps.Copy(all, inner)
	}
	return all
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data always encodes
	}
	return data
}

// openLogs opens the files that grow, cut to where the checkpoint has them.
func (s *state) openLogs() error {
	for i, name := range logNames {
		f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_CREATE|os.O_RDWR, 0o666)
		if err != nil {
			return err
		}
		l := &appendLog{f: f, w: bufio.NewWriterSize(f, 256<<10), size: s.last.Logs[name]}
		s.logs = append(s.logs, l)
		if err := cutTo(f, l.size); err != nil {
			return err
		}
		if l.size == 0 {
			if err := l.write([]byte(logHeaders[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

// cutTo makes a file end at size and goes there.
func cutTo(f *os.File, size int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		return fmt.Errorf("%s has %d bytes and had %d: it cannot be resumed", f.Name(), info.Size(), size)
	}
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err = f.Seek(size, io.SeekStart)
	return err
}

// flush hands the lines to the system and notes how long the files are.
func (s *state) flush(c *checkpoint) error {
	c.Logs = map[string]int64{}
	for i, l := range s.logs {
		if err := l.w.Flush(); err != nil {
			return err
		}
		c.Logs[logNames[i]] = l.size
	}
	return nil
}

// save makes a flushed checkpoint the one to resume from.
func (s *state) save(c *checkpoint) error {
	for _, l := range s.logs {
		if err := l.f.Sync(); err != nil {
			return err
		}
	}
	return replaceFile(filepath.Join(s.dir, checkpointFile), mustJSON(c))
}

// eachName calls do with the rows and files of the manifest so far.
func (s *state) eachName(do func(row int64, file string) error) error {
	f, err := os.Open(filepath.Join(s.dir, ManifestJSON))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	lines := json.NewDecoder(bufio.NewReaderSize(io.LimitReader(f, s.last.Logs[ManifestJSON]), 256<<10))
	for {
		var e struct {
			Row  int64  `json:"row"`
			File string `json:"file"`
		}
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the manifest cannot be read: %w", err)
		}
		if err := do(e.Row, e.File); err != nil {
			return err
		}
	}
}

// extras are the files that go into the output: the manifests, and the reports
// if a row was bad.
func (s *state) extras(bad int64) []Extra {
	types := [...]string{"text/csv", "application/x-ndjson", "text/csv", "application/x-ndjson"}
	var extras []Extra
	for i, log := range s.logs {
		if bad > 0 || i < 2 {
			extras = append(extras, Extra{Name: logNames[i], Type: types[i], Size: log.size, Path: filepath.Join(s.dir, logNames[i])})
		}
	}
	return extras
}

// close gives the folder back. What it holds stays.
func (s *state) close() {
	for _, l := range s.logs {
		_ = l.f.Close() // what counts was synced
	}
	_ = s.lock.Close()
}

// remove takes the folder away, the settings first, so that what a killed
// removal leaves is nothing to resume.
func (s *state) remove() error {
	err := os.Remove(filepath.Join(s.dir, jobFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(s.dir)
}
