package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// crashCommand is a power cut for a server: it has no time for anything.
func crashCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: crash NAME")
	}
	cmd := ts.Value(serversKey{}).(servers)[args[0]]
	if cmd == nil {
		ts.Fatalf("no server %s", args[0])
	}
	ts.Check(cmd.Process.Kill())
	_ = cmd.Wait() // tells that it was killed
}

// codesCommand holds a batch's ZIP to its manifest: every file of it is there once with the right content, there are as
// many as there should be, and nothing else.
func codesCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: codes ZIP N")
	}
	archive, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer archive.Close()
	sums := map[string]string{}
	for _, f := range archive.File {
		if _, twice := sums[f.Name]; twice {
			ts.Fatalf("%s is there twice", f.Name)
		}
		content, err := f.Open()
		ts.Check(err)
		sum := sha256.New()
		_, err = io.Copy(sum, content)
		ts.Check(err)
		sums[f.Name] = hex.EncodeToString(sum.Sum(nil))
	}
	manifest, err := archive.Open("manifest.csv")
	ts.Check(err)
	rows, err := csv.NewReader(manifest).ReadAll()
	ts.Check(err)
	for _, row := range rows[1:] {
		if sums[row[5]] != row[8] {
			ts.Fatalf("%s is not what the manifest says", row[5])
		}
		delete(sums, row[5])
	}
	if strconv.Itoa(len(rows)-1) != args[1] {
		ts.Fatalf("%d codes, want %s", len(rows)-1, args[1])
	}
	for _, name := range []string{"manifest.csv", "manifest.jsonl", "bad.csv", "bad.jsonl"} {
		delete(sums, name)
	}
	if len(sums) > 0 {
		ts.Fatalf("not in the manifest: %v", sums)
	}
}

func TestAge(t *testing.T) {
	for text, want := range map[string]time.Duration{"7d": 7 * day, "12h": 12 * time.Hour, "90m": 90 * time.Minute, "36h": 36 * time.Hour, "48h": 2 * day} {
		var a age
		if err := a.Set(text); err != nil || time.Duration(a) != want {
			t.Errorf("%s: got %v, %v", text, time.Duration(a), err)
		}
		var again age
		if err := again.Set(a.String()); err != nil || again != a {
			t.Errorf("%s: %s comes back as %v, %v", text, a.String(), again, err)
		}
	}
	for _, text := range []string{"", "d", "7", "0d", "-1d", "30s", "4000d", "99999d", "1.5d", "1w"} {
		var a age
		if err := a.Set(text); err == nil {
			t.Errorf("%q is taken for %v", text, time.Duration(a))
		}
	}
}
