package main

import (
	"slices"
	"testing"
)

func TestParseListing(t *testing.T) {
	out := "FuzzDecode\nFuzzEncode\nok  \texample.test/one\t0.010s\n" +
		"?   \texample.test/two\t[no test files]\n" +
		"ok  \texample.test/three\t0.004s\n" +
		"FuzzParse\nok  \texample.test/four\t(cached)\n"
	got := parseListing([]byte(out))
	want := []target{
		{"example.test/one", "FuzzDecode"},
		{"example.test/one", "FuzzEncode"},
		{"example.test/four", "FuzzParse"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCountSeeds(t *testing.T) {
	out := "=== RUN   FuzzA\n=== RUN   FuzzA/seed#0\n--- PASS: FuzzA (0.00s)\n" +
		"    --- PASS: FuzzA/seed#0 (0.00s)\n    --- SKIP: FuzzA/corpus-file (0.00s)\n" +
		"    --- PASS: FuzzAll/seed#0 (0.00s)\n"
	if got, want := countSeeds([]byte(out), "FuzzA"), 2; got != want {
		t.Errorf("got %d seeds, want %d", got, want)
	}
	if got := countSeeds([]byte("--- PASS: FuzzA (0.00s)\n"), "FuzzA"); got != 0 {
		t.Errorf("got %d seeds for a target without any", got)
	}
}

func TestRanOut(t *testing.T) {
	for _, tt := range []struct {
		out  string
		want bool
	}{
		{"--- FAIL: FuzzA (5.02s)\n    context deadline exceeded\n", true},
		{"--- FAIL: FuzzA (1.02s)\n    Failing input written to testdata/fuzz/FuzzA/1\n", false},
		{"context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzA/1\n", false},
		{"panic: no\n", false},
	} {
		if got := ranOut([]byte(tt.out)); got != tt.want {
			t.Errorf("ranOut(%q) = %v, want %v", tt.out, got, tt.want)
		}
	}
}
