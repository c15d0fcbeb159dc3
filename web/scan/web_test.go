// Package scan_test builds @suncode/scan, packs it as npm does, and lets Node and Chromium read what the program
// reads.
package scan_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/scan"
)

// TestHosts runs the checks of test/checks.js where users run the package.
func TestHosts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes many seconds")
	}
	p := newProject(t, checkFrames(t))
	t.Run("node", func(t *testing.T) {
		run(t, p.dir, "node", "--test", "test/node.test.js")
	})
	t.Run("chromium", func(t *testing.T) {
		var checks []struct{ Name, Error string }
		p.chromium(t, "check", &checks)
		for _, check := range checks {
			if check.Error != "" {
				t.Errorf("%s: %s", check.Name, check.Error)
			}
		}
		if len(checks) == 0 {
			t.Error("no check ran")
		}
	})
}

// TestArchive holds what npm publishes to a list.
func TestArchive(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	tool(t, "npm")
	got := strings.Fields(string(run(t, ".", "tar", "-tzf", pack(t))))
	slices.Sort(got)
	want := []string{
		"package/README.md",
		"package/dist/LICENSE",
		"package/dist/LICENSE-GO",
		"package/dist/browser.js",
		"package/dist/engine.js",
		"package/dist/error.js",
		"package/dist/go.js",
		"package/dist/index.d.ts",
		"package/dist/node-worker.js",
		"package/dist/node.js",
		"package/dist/remote.js",
		"package/dist/scan.wasm",
		"package/dist/scanner.js",
		"package/dist/serve.js",
		"package/dist/worker.js",
		"package/package.json",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files of the archive (-want +got):\n%s", diff)
	}
}

// maxZippedBytes is the most that a browser is to load.
const maxZippedBytes = 800_000

func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for another machine")
	}
	dir := t.TempDir()
	run(t, ".", "./build.sh", dir)
	data, err := os.ReadFile(filepath.Join(dir, "scan.wasm"))
	must(t, err)
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	must(t, err)
	_, err = w.Write(data)
	must(t, err)
	must(t, w.Close())
	t.Logf("scan.wasm: %d bytes, %d zipped", len(data), zipped.Len())
	if zipped.Len() > maxZippedBytes {
		t.Errorf("scan.wasm has %d bytes zipped, more than %d", zipped.Len(), maxZippedBytes)
	}
}

// TestImports names what must not creep into the WebAssembly, because it is large.
func TestImports(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./wasm")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	must(t, err)
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/suncode/suncode/scan") {
		t.Error("package scan is not among what ./wasm imports")
	}
	for _, never := range []string{
		"encoding/json", "fmt", "image/gif", "image/jpeg", "image/png", "log", "net", "os", "reflect", "regexp",
	} {
		if slices.Contains(deps, never) {
			t.Errorf("./wasm imports %s", never)
		}
	}
}

// BenchmarkFrame measures frames of 1280×720 pixels: ns/op is package scan in this process. The other figures are the
// times in Node and Chromium, in a worker, and how many times as long they are.
func BenchmarkFrame(b *testing.B) {
	frames := timeFrames(b)
	p := newProject(b, frames)
	type timing struct {
		Name string
		MS   float64
	}
	var node, chromium []timing
	p.node(b, "time", &node)
	p.chromium(b, "time", &chromium)
	for i, name := range node {
		f := frames[i/2]
		b.Run(strings.ReplaceAll(name.Name, " ", "-"), func(b *testing.B) {
			var s scan.Scanner
			for b.Loop() {
				s.Find(f.picture, scan.Options{Quick: i%2 == 0})
			}
			ms := float64(b.Elapsed().Microseconds()) / float64(b.N) / 1000
			b.ReportMetric(node[i].MS, "node-ms")
			b.ReportMetric(node[i].MS/ms, "node/native")
			b.ReportMetric(chromium[i].MS, "chromium-ms")
			b.ReportMetric(chromium[i].MS/ms, "chromium/native")
		})
	}
}
