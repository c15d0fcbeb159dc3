package scan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// root is the folder of the module.
const root = "../.."

// project is a folder like a user's: with the package, as npm packs it, in node_modules, our checks and frames.
type project struct{ dir string }

func newProject(tb testing.TB, frames []frame) project {
	tb.Helper()
	for _, name := range []string{"node", "npm"} {
		tool(tb, name)
	}
	p := project{tb.TempDir()}
	saveFrames(tb, filepath.Join(p.dir, "frames"), frames)
	// The smallest module, which any engine compiles, and which is not ours.
	must(tb, os.WriteFile(filepath.Join(p.dir, "frames", "empty.wasm"), []byte("\x00asm\x01\x00\x00\x00"), 0o644))
	must(tb, os.CopyFS(filepath.Join(p.dir, "test"), os.DirFS("test")))
	must(tb, os.WriteFile(filepath.Join(p.dir, "package.json"), []byte(`{"type": "module"}`), 0o644))
	run(tb, p.dir, "npm", "install", "--offline", "--no-audit", "--no-fund", "--no-save", pack(tb))
	return p
}

// pack builds the package into a folder of its own and gives the archive that npm would publish.
func pack(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	for _, name := range []string{"package.json", "README.md"} {
		data, err := os.ReadFile(name)
		must(tb, err)
		must(tb, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	run(tb, ".", "./build.sh", filepath.Join(dir, "dist"))
	run(tb, dir, "npm", "pack", "--ignore-scripts")
	archives, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	must(tb, err)
	if len(archives) != 1 {
		tb.Fatalf("npm packs %d archives", len(archives))
	}
	return archives[0]
}

// node calls a function of run.js in Node.
func (p project) node(tb testing.TB, function string, into any) {
	tb.Helper()
	out := run(tb, p.dir, "node", "test/run.node.js", function)
	must(tb, json.Unmarshal(out, into))
}

// pageTime is how long a page may take.
const pageTime = 2 * time.Minute

// chromium calls a function of run.js in a page.
func (p project) chromium(tb testing.TB, function string, into any) {
	tb.Helper()
	browser := tool(tb, "chromium")
	reports := make(chan []byte, 1)
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServer(http.Dir(p.dir)))
	mux.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reports <- body
	})
	server := httptest.NewServer(mux)
	defer server.Close()

	ctx, cancel := context.WithTimeout(tb.Context(), pageTime)
	cmd := exec.CommandContext(ctx, browser,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+tb.TempDir(), server.URL+"/test/page.html#"+function)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	must(tb, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	defer func() {
		cancel()
		<-ended
	}()
	select {
	case report := <-reports:
		if err := json.Unmarshal(report, into); err != nil {
			tb.Fatalf("the page reports %s", report)
		}
	case <-ended:
		tb.Fatalf("chromium ended, or took more than %v:\n%s", pageTime, &printed)
	}
}

// tool finds a program that the machine may lack: then the test is skipped, or fails where tools are required.
func tool(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("SUNCODE_TEST_TOOLS") == "required" {
			tb.Fatalf("%s is missing: install it, or run tools/needs.sh", name)
		}
		tb.Skipf("%s is missing", name)
	}
	return path
}

// run gives what a program prints.
func run(tb testing.TB, dir, name string, args ...string) []byte {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), name, args...)
	cmd.Dir = dir
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s %q: %v\n%s%s", name, args, err, out, &wrong)
	}
	return out
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
