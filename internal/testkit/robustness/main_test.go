package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suncode/suncode/internal/testkit"
)

func newCurve(read ...int) *curve {
	return &curve{
		Axis:   testkit.Axis{Name: "fog", Unit: "metres", Levels: []float64{9, 7, 5, 3}, Least: 7, Aim: 5},
		Rays:   []int{36},
		trials: 20,
		read:   [][]int{read},
	}
}

// TestVerdict holds what counts as reached: nine of ten, without a gap before.
func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		read             []int
		reached, verdict string
	}{
		{[]int{20, 18, 18, 2}, "5", "aim"},
		{[]int{20, 18, 17, 20}, "7", "at least"},
		{[]int{20, 17, 20, 20}, "9", "**missed**"},
		{[]int{0, 20, 20, 20}, "none", "**missed**"},
		{[]int{20, 20, 20, 20}, "3", "aim"},
	} {
		c := newCurve(tt.read...)
		if got := c.reachedText(0); got != tt.reached {
			t.Errorf("%v: reached %s, want %s", tt.read, got, tt.reached)
		}
		if got := c.verdict(); got != tt.verdict {
			t.Errorf("%v: %s, want %s", tt.read, got, tt.verdict)
		}
	}
}

// TestPeers holds that every peers' figure belongs to an axis.
func TestPeers(t *testing.T) {
	names := map[string]bool{}
	for _, axis := range testkit.Axes {
		names[axis.Name] = true
	}
	for name := range peers {
		if !names[name] {
			t.Errorf("figures for %s, which is no axis", name)
		}
	}
}

// TestWrite measures a small grid twice: the page and its plots are the same, and the plots are XML.
func TestWrite(t *testing.T) {
	g := grid{axes: testkit.Axes[4:5], rays: []int{36}, trials: 1, clutter: 1, workers: 2}
	var pages [2][]byte
	for i := range pages {
		r, err := g.measure(io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		docs := t.TempDir()
		if err := r.write(docs, []realRow{{"turned", "90", "77", "77"}}); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"ROBUSTNESS.md", "images/robustness/jpeg.svg"} {
			data, err := os.ReadFile(filepath.Join(docs, file))
			if err != nil {
				t.Fatal(err)
			}
			pages[i] = append(pages[i], data...)
			if strings.HasSuffix(file, ".svg") {
				wantXML(t, data)
			}
		}
	}
	if !bytes.Equal(pages[0], pages[1]) {
		t.Error("two runs differ")
	}
	for _, want := range []string{"0 wrong reads", "| turned | 90 | 77 of 77 |", "| [JPEG](#jpeg), quality | 5 | 1 | "} {
		if !bytes.Contains(pages[0], []byte(want)) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func wantXML(t *testing.T, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
