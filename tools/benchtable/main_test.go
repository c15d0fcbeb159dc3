package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTables(t *testing.T) {
	in := `goos: linux
cpu: Some Processor
BenchmarkCode/encode/36-2         	  100000	     10400 ns/op
BenchmarkCode/encode/36-2         	  100000	     99000 ns/op
BenchmarkCode/encode/36-2         	  100000	     10500 ns/op	      12 B/op
BenchmarkCode/draw/430-2          	     300	   3500000 ns/op
BenchmarkCode/jpeg/430-2          	     300	   1000000 ns/op
BenchmarkCode/gojpeg/430-2        	     300	   2500000 ns/op
BenchmarkCode/scan/1280           	       5	1234567890.5 ns/op
PASS
ok  	example.test	9.1s
`
	var got, progress bytes.Buffer
	if err := run(strings.NewReader(in), &got, &progress); err != nil {
		t.Fatal(err)
	}
	want := `
Some Processor

   rays    encode   decode
     36   10.5 µs        -

Ours: from the symbol to the finished file. Go's: image/jpeg (quality 90) and image/png on the ready
drawing. ×: Go's time divided by ours, so above 1 ours is faster.

   width px      draw      JPEG      Go's      ×   PNG   Go's   ×   hyaline PNG   Go's   ×     scan
        430   3.50 ms   1.00 ms   2.50 ms   2.50     -      -   -             -      -   -        -
       1280         -         -         -      -     -      -   -             -      -   -   1.23 s
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if n := strings.Count(progress.String(), "encode"); n != 3 {
		t.Errorf("progress names encode %d times, want 3:\n%s", n, progress.String())
	}
}

func TestFailures(t *testing.T) {
	for name, in := range map[string]string{
		"nothing measured": "PASS\nok  \texample.test\t0.1s\n",
		"a failure":        "BenchmarkCode/draw/430-2 \t 300 \t 3500000 ns/op\n--- FAIL: BenchmarkCode/scan/430\n",
	} {
		if err := run(strings.NewReader(in), io.Discard, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		7:                       "7 ns",
		1500:                    "1.50 µs",
		12345 * time.Nanosecond: "12.3 µs",
		999 * time.Millisecond:  "999 ms",
		61 * time.Second:        "61.0 s",
	} {
		if got := short(d); got != want {
			t.Errorf("short(%d) = %q, want %q", d, got, want)
		}
	}
}
