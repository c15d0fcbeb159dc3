package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/launch"
)

const launchLong = `Shows what a mini program or a mini game receives from a code: the page, its query
with the encoded scene, and the launch scene value, 1047 for a scanned code. The
code is in a picture, or is given as a ticket, a request or a page and a scene.

With --project, the project's own code runs with it, and what happens is printed
in order: calls of App and Page, console, setData, navigation, errors with file
and line. There is no view and no network; docs/LAUNCH.md has what works.

--expect KEY=VALUE, as often as needed, makes it a test. Keys are scene, path,
launch, query.NAME, and with --project page, data.PATH, app.PATH, storage.PATH,
console (a line contains VALUE) and errors (their number, 0 unless expected).

Exit codes: 0 all is as expected, 3 the picture holds no code, 4 the ticket was
refused, 5 an expectation does not hold or the code failed.`

const launchExample = `  suncode launch code.jpg
  suncode launch code.jpg --project ./miniprogram --expect 'scene=a=1'
  suncode launch --page pages/index/index --scene a=1 --project . --expect 'data.scene=a=1'`

// launchOptions is what `suncode launch` was asked.
type launchOptions struct {
	opening
	project string
	expect  []string
	timeout time.Duration
	asJSON  bool
}

func newLaunch() *cobra.Command {
	o := &launchOptions{}
	cmd := &cobra.Command{
		Use:     "launch [FILE]",
		GroupID: "read",
		Short:   "Run the page that a code opens",
		Long:    launchLong,
		Example: launchExample,
		Args:    args(0, 1, "at most one picture"),
		RunE:    o.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&o.project, "project", "", "run the code of the mini program or mini game in `DIR`")
	flags.StringArrayVar(&o.expect, "expect", nil, "`KEY=VALUE` must hold")
	flags.DurationVar(&o.timeout, "timeout", 10*time.Second, "end the project's code after this `TIME`")
	flags.BoolVar(&o.asJSON, "json", false, "print all of it as one JSON object")
	o.define(cmd)
	return cmd
}

func (o *launchOptions) run(cmd *cobra.Command, given []string) error {
	if o.timeout <= 0 {
		return usageError("as in 10s", "--timeout %v is no time", o.timeout)
	}
	expectations, err := o.expectations()
	if err != nil {
		return err
	}
	from, err := o.open(cmd, strings.Join(given, ""))
	if err != nil {
		return err
	}
	game := false
	if o.project != "" {
		if game, err = from.enter(o.project); err != nil {
			return err
		}
	}
	r := &launchReport{Launch: factsOf(from, game), out: cmd.OutOrStdout(), asJSON: o.asJSON}
	r.print(r.Launch.text())
	result := launch.Result{Launch: from.Launch}
	if o.project != "" {
		task := engineTask{o.project, from.Launch, launch.Options{Timeout: o.timeout, Memory: engineLive}}
		result.State, err = task.start(cmd.Context(), func(e launch.Event) {
			result.Events = append(result.Events, e)
			r.print(e.String() + "\n")
		})
		if err != nil && !errors.Is(err, errStopped) {
			return err
		}
		r.conclude(result, err)
	}
	return r.end(result, expectations)
}

func (o *launchOptions) expectations() ([]launch.Expectation, error) {
	var all []launch.Expectation
	for _, text := range o.expect {
		e, err := launch.ParseExpectation(text)
		if err != nil {
			return nil, usageError("'suncode launch --help' has the keys", "--expect: %w", err)
		}
		if e.NeedsRun() && o.project == "" {
			return nil, usageError("", "--expect %s: --project says whose code runs", text)
		}
		all = append(all, e)
	}
	return all, nil
}

// enter looks at the project that is opened: at its entry page, where the code
// names none, and whether it is a mini game, which has no pages.
func (o *opened) enter(dir string) (game bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, hinted(err, "--project is the folder of app.json, or of the project.config.json that names it")
	}
	defer func() { _ = root.Close() }() // only read
	entry, game, err := launch.Entry(root.FS())
	if err != nil {
		return false, fmt.Errorf("%s: %w", filepath.Clean(dir), err)
	}
	if game || o.home {
		o.Page = entry
	}
	return game, nil
}

// launchFacts is what is launched.
type launchFacts struct {
	AppID     string            `json:"appid"`
	Env       string            `json:"env_version"`
	Path      string            `json:"path"` // the page, "" for a home page that is not known and for a mini game
	Query     map[string]string `json:"query"`
	Scene     int               `json:"scene"`      // the launch scene value
	CodeScene *string           `json:"code_scene"` // of the code, decoded; null if it has none
	Seal      string            `json:"seal,omitempty"`
	opens     string
}

func factsOf(o opened, game bool) launchFacts {
	f := launchFacts{AppID: o.AppID, Env: o.Env, Path: o.Page, Query: o.Values(), Scene: o.Scene, Seal: o.seal, opens: o.Path()}
	if scene, ok := o.CodeScene(); ok {
		f.CodeScene = &scene
	}
	switch {
	case game:
		f.opens = "game.js"
	case o.Page == "":
		f.opens = "the home page" + o.Path()
	}
	return f
}

// text is the facts as a person reads them, a line each.
func (f launchFacts) text() string {
	var b strings.Builder
	fact := func(name, value string) { fmt.Fprintf(&b, "%-8s %s\n", name, value) }
	if f.AppID != "" {
		fact("app", f.AppID)
	}
	fact("opens", f.opens)
	if f.CodeScene != nil {
		fact("scene", *f.CodeScene)
	}
	fact("launch", strconv.Itoa(f.Scene))
	if f.Env != "release" {
		fact("version", f.Env)
	}
	if f.Seal == "unchecked" {
		fact("note", "the seal was not checked: no registry to ask; name one with --data or --server")
	}
	return b.String()
}

// launchReport is what --json prints, and what is printed without it on the way.
type launchReport struct {
	Launch launchFacts    `json:"launch"`
	Events []launch.Event `json:"events,omitempty"`
	State  *launch.State  `json:"state,omitempty"`
	Error  string         `json:"error,omitempty"` // why the code was stopped
	Expect []unmet        `json:"expect,omitempty"`
	OK     bool           `json:"ok"`
	out    io.Writer
	asJSON bool
}

// unmet is an expectation and what came of it.
type unmet struct {
	Text string `json:"text"`
	OK   bool   `json:"ok"`
	Got  string `json:"got"`
}

func (r *launchReport) print(text string) {
	if !r.asJSON {
		fmt.Fprint(r.out, strings.Map(harmless, text))
	}
}

// harmless keeps a project's control characters away from the terminal.
func harmless(c rune) rune {
	if c < ' ' && c != '\n' && c != '\t' || 0x7f <= c && c < 0xa0 {
		return '\ufffd'
	}
	return c
}

// conclude takes over what a run came to.
func (r *launchReport) conclude(result launch.Result, stopped error) {
	r.Events = result.Events
	if stopped != nil {
		r.Error = stopped.Error()
		r.print("stopped: " + r.Error + "\n")
		return
	}
	r.State = &result.State
	for _, page := range result.State.Pages {
		r.print(fmt.Sprintf("data of %s: %s\n", page.Route, page.Data))
	}
}

// end checks what was expected; that there are no errors, unless their number
// was.
func (r *launchReport) end(result launch.Result, expectations []launch.Expectation) error {
	r.OK = r.Error == ""
	faultsExpected := false
	for _, e := range expectations {
		got, ok := e.Check(result)
		faultsExpected = faultsExpected || e.Key == "errors"
		r.OK = r.OK && ok
		r.Expect = append(r.Expect, unmet{e.String(), ok, got})
		if ok {
			r.print("as expected: " + e.String() + "\n")
		} else {
			r.print("EXPECTED " + e.String() + ", got " + got + "\n")
		}
	}
	if result.Faults() > 0 && !faultsExpected {
		r.OK = false
	}
	if r.asJSON {
		if err := printJSON(r.out, r); err != nil {
			return err
		}
	}
	if !r.OK {
		return silent(exitUnmet)
	}
	return nil
}
