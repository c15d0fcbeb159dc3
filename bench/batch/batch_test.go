package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMeasure runs the contest with a few codes.
func TestMeasure(t *testing.T) {
	text, err := measure(t.TempDir(), 50, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text, "\n"); n != 7 {
		t.Errorf("%d lines:\n%s", n, text)
	}
}

// TestSameWork holds that both sides of the contest write files of the same
// names and sizes.
func TestSameWork(t *testing.T) {
	dir := t.TempDir()
	s, err := openShop(dir, 1010)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	made, written := filepath.Join(dir, "made"), filepath.Join(dir, "written")
	folder := s.contests()[0]
	if err := folder.make(made); err != nil {
		t.Fatal(err)
	}
	if err := folder.write(written); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.files {
		a, errA := os.Stat(filepath.Join(made, f.name))
		b, errB := os.Stat(filepath.Join(written, f.name))
		if errA != nil || errB != nil || a.Size() != b.Size() {
			t.Fatalf("%s: %v, %v", f.name, errA, errB)
		}
	}
}
