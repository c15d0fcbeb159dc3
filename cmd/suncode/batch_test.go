package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/scan"
)

// itself runs the program of this test binary: see testscript.Main.
func itself(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Args = append([]string{"suncode"}, args...)
	return cmd
}

// killedRows is how many rows the killed batches have, bad ones among them.
const killedRows = 4000

// writeRows writes a source in which a few rows of each kind are bad.
func writeRows(t *testing.T, name string, n int) (bad int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("scene,page,label\n")
	for i := range n {
		switch {
		case i%100 == 77:
			fmt.Fprintf(&b, "id=%d,pages/none,\n", i)
			bad++
		case i%300 == 78:
			b.WriteString("\"never closed,,\n")
			bad++
		case i%400 == 79:
			b.WriteString("id=1,,again\n")
			bad++
		default:
			fmt.Fprintf(&b, "id=%d,,\"label, %d\"\n", i, i)
		}
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return bad
}

// makeDemo makes the registry of a data folder, with the demo app in it.
func makeDemo(t *testing.T, data string) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestBatchKilled ends batches by SIGKILL at random moments, resumes them until
// they are done, and holds what came of it to a batch that nothing disturbed.
func TestBatchKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("one process after the other: nothing to race")
	}
	dir := t.TempDir()
	data, source := filepath.Join(dir, "data"), filepath.Join(dir, "rows.csv")
	makeDemo(t, data)
	bad := writeRows(t, source, killedRows)
	calm := filepath.Join(dir, "calm.tar")
	args := []string{"batch", source, "--data", data, "--width", "280", "--quiet", "--resume", "-o"}
	if code := exitCode(itself(t.Context(), t, append(args, calm)...).Run()); code != exitBadRows {
		t.Fatalf("exit code %d", code)
	}
	want := untarFile(t, calm)
	if n := len(want); n != killedRows-bad+4 {
		t.Fatalf("%d files of %d rows, %d bad", n, killedRows, bad)
	}
	for _, name := range []string{"out", "out.zip", "out.tar"} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(dir, name)
			kills := killUntilDone(t, append(args, out))
			if kills < 1 {
				t.Errorf("killed %d times", kills)
			}
			switch name {
			case "out":
				compareFolder(t, out, want)
			case "out.tar":
				compareFiles(t, out, calm)
			default:
				again := filepath.Join(dir, "calm.zip")
				if code := exitCode(itself(t.Context(), t, append(args, again)...).Run()); code != exitBadRows {
					t.Fatalf("exit code %d", code)
				}
				compareFiles(t, out, again)
			}
		})
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.part"))
	if state, _ := filepath.Glob(filepath.Join(dir, "*.state")); err != nil || len(left)+len(state) > 0 {
		t.Errorf("left behind: %v %v", left, state)
	}
}

// TestBatchSheetsKilled is TestBatchKilled for contact sheets.
func TestBatchSheetsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("one process after the other: nothing to race")
	}
	dir := t.TempDir()
	data, source := filepath.Join(dir, "data"), filepath.Join(dir, "rows.csv")
	makeDemo(t, data)
	writeRows(t, source, killedRows/2)
	calm, out := filepath.Join(dir, "calm.pdf"), filepath.Join(dir, "labels.pdf")
	args := []string{"batch", source, "--data", data, "--sheet", "a4", "--caption", "{label} {scene}", "--quiet", "--resume", "-o"}
	if code := exitCode(itself(t.Context(), t, append(args, calm)...).Run()); code != exitBadRows {
		t.Fatalf("exit code %d", code)
	}
	if kills := killUntilDone(t, append(args, out)); kills < 3 {
		t.Errorf("killed %d times", kills)
	}
	compareFiles(t, out, calm)
	left, err := filepath.Glob(filepath.Join(dir, "labels.pdf.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// killUntilDone runs the program, kills it after a while that grows, and starts
// it again, until it ends by itself.
func killUntilDone(t *testing.T, args []string) (kills int) {
	t.Helper()
	for wait := 10 * time.Millisecond; ; wait += wait / 8 {
		ctx, cancel := context.WithTimeout(t.Context(), wait+rand.N(6*wait))
		cmd := itself(ctx, t, args...) // CommandContext kills
		var log bytes.Buffer
		cmd.Stderr = &log
		code := exitCode(cmd.Run())
		cancel()
		switch {
		case code == exitBadRows, code == exitOK && strings.Contains(log.String(), "is complete"):
			return kills
		case code != -1:
			t.Fatalf("after %d kills: exit code %d: %s", kills, code, log.String())
		case kills > 200:
			t.Fatal("it never ends")
		}
		kills++
	}
}

// exitCode is the program's exit code, -1 when a signal ended it.
func exitCode(err error) int {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	if err != nil {
		return -2
	}
	return 0
}

func untarFile(t *testing.T, name string) map[string][]byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if all[h.Name] != nil {
			t.Errorf("%s is there twice", h.Name)
		}
		if all[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func compareFiles(t *testing.T, got, want string) {
	t.Helper()
	a, errA := os.ReadFile(got)
	b, errB := os.ReadFile(want)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("%s is not what an undisturbed batch makes", filepath.Base(got))
	}
}

// compareFolder holds a folder to the files that it should have, and its
// manifest to both; a sample is read by the scanner.
func compareFolder(t *testing.T, dir string, want map[string][]byte) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if known := want[filepath.ToSlash(name)]; known == nil || !bytes.Equal(known, data) {
			t.Errorf("%s is not what an undisturbed batch makes", name)
		}
		found++
		return err
	})
	if err != nil || found != len(want) {
		t.Fatalf("%d files, want %d (%v)", found, len(want), err)
	}
	sampled := 0
	for lines := json.NewDecoder(bytes.NewReader(want[batch.ManifestJSON])); lines.More(); {
		var e batch.Entry
		if err := lines.Decode(&e); err != nil {
			t.Fatal(err)
		}
		data := want[e.File]
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != e.SHA256 || len(data) != e.Bytes {
			t.Fatalf("%+v has another file", e)
		}
		if e.Row%199 != 1 {
			continue
		}
		img, _, err := picture.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if codes := scan.Find(img, scan.Options{}); len(codes) != 1 || codes[0].Symbol.Level.Rays() != e.Rays {
			t.Errorf("%+v is not read", e)
		}
		sampled++
	}
	if sampled < 3 {
		t.Errorf("only %d codes were read", sampled)
	}
}

// TestBatchUntold holds that a report that cannot be written is a failure.
func TestBatchUntold(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no device that is full")
	}
	defer full.Close()
	data := t.TempDir()
	makeDemo(t, data)
	for _, args := range [][]string{
		{"--pattern", "a b{1..3}", "--dry-run"},
		{"--pattern", "a{1..3}", "--dry-run", "--json"},
		{"--pattern", "a{1..3}", "--json", "-o", filepath.Join(data, "out")},
		{"--pattern", "a{1..3}", "--archive", "tar", "-o", "-"},
	} {
		cmd := itself(t.Context(), t, append([]string{"batch", "--data", data}, args...)...)
		var log bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &log
		if code := exitCode(cmd.Run()); code != exitFailed || !strings.Contains(log.String(), "no space left") {
			t.Errorf("%v: exit code %d: %s", args, code, log.String())
		}
	}
}

// TestBatchInterrupted ends a batch by Ctrl-C and goes on with it.
func TestBatchInterrupted(t *testing.T) {
	dir := t.TempDir()
	data, out := filepath.Join(dir, "data"), filepath.Join(dir, "out.tar")
	makeDemo(t, data)
	// A source that waits keeps the batch at work until it is interrupted.
	lines := strings.Repeat("a=1\n", 100)
	cmd := itself(t.Context(), t, "batch", "-", "--name", "{row}", "--data", data, "--width", "280", "-o", out)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, lines); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(startWait); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(out + batch.Part); err == nil && info.Mode().IsRegular() {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the batch does not begin")
		}
	}
	second := itself(t.Context(), t, "batch", "-", "--name", "{row}", "--data", data, "--width", "280", "-o", out, "--resume")
	said, err := second.CombinedOutput()
	if code := exitCode(err); code != exitFailed || !strings.Contains(string(said), "another process") {
		t.Errorf("a second one at the same time: exit code %d: %s", code, said)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(cmd.Wait()); code != exitInterrupted || !strings.Contains(log.String(), "--resume goes on") {
		t.Fatalf("exit code %d: %s", code, log.String())
	}
	again := itself(t.Context(), t, "batch", "-", "--name", "{row}", "--data", data, "--width", "280", "-o", out, "--resume")
	again.Stdin = strings.NewReader(lines + lines)
	if said, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if n := len(untarFile(t, out)); n != 202 {
		t.Errorf("%d files", n)
	}
}
