package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"suncode": main, "goclient": goClient})
}

// TestScripts runs the program as its users do. Beside testscript's own
// commands a script has:
//
//	serve NAME ARG...   start `suncode serve` on a free port; what it prints
//	                    goes to NAME.out and NAME.log; URL and PORT are set
//	interrupt NAME [TERM]
//	                    send SIGINT, or SIGTERM, and wait for exit code 0
//	crash NAME          kill a server, which has no time for anything
//	codes ZIP N         hold the archive of a batch to its manifest, and to N codes
//	paste NAME N        run the Nth command line that NAME printed, in sh
//	exits CODE CMD...   run CMD and hold it to its exit code
//	draw FILE TEXT      draw a real code's text, PNG; '' is a blank
//	                    picture
//	forge FILE TICKET   draw a ticket with one bit of its seal changed, PNG
//	certificate DIR     make DIR/cert.pem and DIR/key.pem for localhost, under a
//	                    new CA in DIR/ca.pem
//	taken PORTVAR       listen on a port and keep it
//	setenv VAR FILE RE  set VAR to the first group of RE in FILE, or stdout
//	within N CMD...     repeat CMD for at most N until it succeeds
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":       serveCommand,
			"interrupt":   interruptCommand,
			"crash":       crashCommand,
			"codes":       codesCommand,
			"paste":       pasteCommand,
			"exits":       exitsCommand,
			"draw":        drawCommand,
			"forge":       forgeCommand,
			"certificate": certificateCommand,
			"taken":       takenCommand,
			"setenv":      setenvCommand,
			"within":      withinCommand,
		},
	})
}

// setup gives a script its servers, and EXAMPLES, the folder of the examples.
func setup(env *testscript.Env) error {
	env.Values[serversKey{}] = servers{}
	examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
	env.Setenv("EXAMPLES", examples)
	cubic, err2 := filepath.Abs(filepath.Join("..", "..", "internal", "typeface", "testdata", "cubic.otf"))
	env.Setenv("CUBIC", cubic)
	return errors.Join(err, err2)
}

// condition knows [tool:NAME]: whether a program is there, which is an error
// to lack where the tests were promised all they need.
func condition(cond string) (bool, error) {
	name, ok := strings.CutPrefix(cond, "tool:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	_, err := exec.LookPath(name)
	if err != nil && os.Getenv("SUNCODE_TEST_TOOLS") == "required" {
		return false, err
	}
	return err == nil, nil
}

type serversKey struct{}

// servers are the running servers of one script.
type servers map[string]*exec.Cmd

// startWait bounds how long a server may take to begin or to end.
const startWait = 10 * time.Second

// lookup finds a program in the script's own PATH.
func lookup(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
	}
	ts.Fatalf("%s is not in PATH", name)
	return ""
}

func command(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(lookup(ts, name), args...)
	cmd.Args[0] = name
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = []string{}
	for _, key := range []string{"PATH", "HOME", "TMPDIR", "WORK", "GOCOVERDIR", "SUNCODE_RATE_LIMIT", "SUNCODE_COMPAT"} {
		if value := ts.Getenv(key); value != "" {
			cmd.Env = append(cmd.Env, key+"="+value)
		}
	}
	return cmd
}

func serveCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME ARG...")
	}
	name := args[0]
	out, log := ts.MkAbs(name+".out"), ts.MkAbs(name+".log")
	outFile, err := os.Create(out)
	ts.Check(err)
	defer outFile.Close()
	logFile, err := os.Create(log)
	ts.Check(err)
	defer logFile.Close()
	cmd := command(ts, "suncode", append([]string{"serve", "--addr", "127.0.0.1:0"}, args[1:]...)...)
	cmd.Stdout, cmd.Stderr = outFile, logFile
	ts.Check(cmd.Start())
	ts.Value(serversKey{}).(servers)[name] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	base := regexp.MustCompile(`suncode answers on (https?://[^ ]+:(\d+))`)
	for end := time.Now().Add(startWait); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		printed, err := os.ReadFile(out)
		ts.Check(err)
		if found := base.FindSubmatch(printed); found != nil && bytes.Contains(printed, []byte("Ctrl-C")) {
			ts.Setenv("URL", string(found[1]))
			ts.Setenv("PORT", string(found[2]))
			return
		}
	}
	printed, err := os.ReadFile(log)
	ts.Check(err)
	ts.Fatalf("the server does not start: %s", printed)
}

func interruptCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: interrupt NAME [TERM]")
	}
	signal := syscall.SIGINT
	if len(args) == 2 {
		signal = syscall.SIGTERM
	}
	cmd := ts.Value(serversKey{}).(servers)[args[0]]
	if cmd == nil {
		ts.Fatalf("no server %s", args[0])
	}
	ts.Check(cmd.Process.Signal(signal))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			ts.Fatalf("after %v: %v", signal, err)
		}
	case <-time.After(startWait):
		ts.Fatalf("still there %v after %v", startWait, signal)
	}
}

// commandLine is a line of the start-up text that is meant to be pasted.
var commandLine = regexp.MustCompile(`(?m)^  (curl -sS .+|suncode .+)$`)

func pasteCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: paste NAME N")
	}
	printed, err := os.ReadFile(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	var n int
	_, err = fmt.Sscan(args[1], &n)
	ts.Check(err)
	lines := commandLine.FindAllSubmatch(printed, -1)
	if n < 1 || n > len(lines) {
		ts.Fatalf("%s printed %d command lines", args[0], len(lines))
	}
	ts.Logf("$ %s", lines[n-1][1])
	err = ts.Exec("sh", "-c", string(lines[n-1][1]))
	if (err != nil) != neg {
		ts.Fatalf("unexpected end: %v", err)
	}
}

func exitsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE CMD...")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func drawCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: draw FILE TEXT")
	}
	var b bytes.Buffer
	if args[1] == "" {
		ts.Check(png.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 300))))
	} else {
		symbol, err := suncode.EncodeText(args[1])
		ts.Check(err)
		ts.Check(render.PNG(&b, &symbol, render.Options{}))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

func forgeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: forge FILE TICKET")
	}
	raw, err := base64.RawURLEncoding.DecodeString(args[1])
	ts.Check(err)
	raw[len(raw)-1] ^= 1
	symbol, err := suncode.EncodeBytes(raw)
	ts.Check(err)
	var b bytes.Buffer
	ts.Check(render.PNG(&b, &symbol, render.Options{}))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

func certificateCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: certificate DIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.RemoveAll(dir))
	ca, err := openDevCA(dir, time.Now)
	ts.Check(err)
	pair, err := ca.issue()
	ts.Check(err)
	ts.Check(writeIdentity(dir, pair))
}

// goClient is a Go program of a user: it gets URL, by way of ADDRESS if that
// is given, trusting what any Go program trusts.
func goClient() {
	transport := &http.Transport{}
	if len(os.Args) > 2 {
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, os.Args[2])
		}
	}
	resp, err := (&http.Client{Transport: transport}).Get(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(os.Stdout, resp.Body); err != nil {
		os.Exit(1)
	}
}

func takenCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: taken PORTVAR")
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

func setenvCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: setenv VAR FILE RE")
	}
	re, err := regexp.Compile(args[2])
	ts.Check(err)
	found := re.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(found) < 2 {
		ts.Fatalf("%s has no %s", args[1], args[2])
	}
	ts.Setenv(args[0], found[1])
}

func withinCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: within DURATION CMD...")
	}
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("not within %v: %v", limit, err)
		}
	}
}
