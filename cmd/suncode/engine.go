package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/suncode/suncode/internal/launch"
)

// engineVerb makes the program the process in which the code of a project runs:
// what that code can break is that process. It reads an engineTask and writes
// engineLines.
const engineVerb = "__launch"

// Bounds of the process, in bytes: the garbage collector works against the
// first, code that holds more than the second is stopped, and beyond the third
// the system ends the process.
const (
	engineHeap  = 256 << 20
	engineLive  = 512 << 20
	engineLimit = 1536 << 20
)

// engineGrace is how long a process may take to stop after its time is over.
const engineGrace = 2 * time.Second

// engineTask is what runs in the process.
type engineTask struct {
	Dir     string         `json:"dir"`
	Launch  launch.Launch  `json:"launch"`
	Options launch.Options `json:"options"`
}

// engineLine is one line of its output: an event, or, at the end, the state or
// an error.
type engineLine struct {
	Event *launch.Event `json:"event,omitempty"`
	State *launch.State `json:"state,omitempty"`
	Error string        `json:"error,omitempty"`
}

// runEngine is the process.
func runEngine(in io.Reader, out io.Writer) int {
	debug.SetMemoryLimit(engineHeap)
	limitMemory(engineLimit)
	lines := json.NewEncoder(out)
	state, err := engineWork(in, lines)
	line := engineLine{State: &state}
	if err != nil {
		line = engineLine{Error: err.Error()}
	}
	if err := lines.Encode(line); err != nil {
		return exitFailed
	}
	return exitOK
}

func engineWork(in io.Reader, lines *json.Encoder) (launch.State, error) {
	var task engineTask
	if err := json.NewDecoder(in).Decode(&task); err != nil {
		return launch.State{}, err
	}
	root, err := os.OpenRoot(task.Dir)
	if err != nil {
		return launch.State{}, err
	}
	defer func() { _ = root.Close() }() // only read
	return launch.Run(root.FS(), task.Launch, task.Options, func(e launch.Event) {
		_ = lines.Encode(engineLine{Event: &e}) // nobody listens any more: the last line will tell
	})
}

// errStopped is a run that came to no end of its own.
var errStopped = errors.New("the project's code was stopped")

// start runs the task in a process of its own and tells its events.
func (t engineTask) start(ctx context.Context, tell func(launch.Event)) (launch.State, error) {
	self, err := os.Executable()
	if err != nil {
		return launch.State{}, err
	}
	task, err := json.Marshal(t)
	if err != nil {
		return launch.State{}, err
	}
	limited, cancel := context.WithTimeout(ctx, t.Options.Timeout+engineGrace)
	defer cancel()
	var complaint headBuffer
	process := exec.CommandContext(limited, self, engineVerb)
	process.Args[0] = os.Args[0]
	process.Env = append(os.Environ(), "GOTRACEBACK=none")
	process.Stdin, process.Stderr = bytes.NewReader(task), &complaint
	process.WaitDelay = time.Second
	out, err := process.StdoutPipe()
	if err != nil {
		return launch.State{}, err
	}
	if err := process.Start(); err != nil {
		return launch.State{}, err
	}
	last := follow(out, tell)
	ended := process.Wait()
	switch {
	case ctx.Err() != nil:
		return launch.State{}, ctx.Err()
	case last.State != nil:
		return *last.State, nil
	case last.Error != "":
		return launch.State{}, fmt.Errorf("%w: %s", errStopped, last.Error)
	case limited.Err() != nil:
		return launch.State{}, fmt.Errorf("%w: %w", errStopped, launch.ErrTimeout)
	}
	return launch.State{}, fmt.Errorf("%w: it brought the engine down: %s", errStopped, complaint.reason(ended))
}

// maxEngineLine bounds a line of the process, in bytes.
const maxEngineLine = 64 << 20

// follow tells events until the last line, which it returns, or the end.
func follow(out io.Reader, tell func(launch.Event)) engineLine {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, maxEngineLine)
	for lines.Scan() {
		var line engineLine
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue // the process died while it wrote
		}
		if line.Event == nil {
			return line
		}
		tell(*line.Event)
	}
	_, _ = io.Copy(io.Discard, out) // a line too long must not block the process
	return engineLine{}
}

// headBuffer keeps the beginning of what is written to it.
type headBuffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *headBuffer) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, 4096-b.Len()))])
	return len(p), nil
}

var fatalLine = regexp.MustCompile(`(?m)^(?:fatal error: |runtime: |panic: )(.*)$`)

// reason is why the process died, in a line.
func (b *headBuffer) reason(ended error) string {
	if found := fatalLine.FindSubmatch(b.Bytes()); found != nil {
		return string(found[1])
	}
	return fmt.Sprint(ended)
}
