package main

import (
	"bytes"
	"context"
	_ "embed" // invoke.js
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

const cloudInvokeLong = `Runs the cloud function in DIR once: starts Node in its folder, calls exports.main
with the event and a context, and prints the result as JSON, with the size of a
buffer in the place of its bytes. What the function prints goes to standard error.

The function is deployed first, with what its config.json permits now. Its calls
go to the server at --server, which must work on the same registry, or to one that
is started for them and ends with them. Version 0.4 of wx-server-sdk or later must
be installed in the folder, by 'npm install'.

Ends with 0 when the function returned, whatever it returned, and with 1 when it
threw or did not end in time.`

const cloudInvokeExample = `  suncode cloud invoke ./functions/qrcode
  suncode cloud invoke ./functions/qrcode --data '{"scene":"a=1"}' --save code.jpg
  suncode cloud invoke ./functions/qrcode --app wx0123456789abcdef --server http://127.0.0.1:8080`

//go:embed invoke.js
var invokeScript []byte

// invokeOptions is what `suncode cloud invoke` was asked.
type invokeOptions struct {
	event, registry, app, env, name, openID, server, save string
	timeout                                               time.Duration
}

func newCloudInvoke() *cobra.Command {
	o := &invokeOptions{}
	cmd := &cobra.Command{
		Use:     "invoke DIR",
		Short:   "Run a cloud function once and print its result",
		Long:    cloudInvokeLong,
		Example: cloudInvokeExample,
		Args:    args(1, 1, "the folder of a cloud function"),
		RunE: func(cmd *cobra.Command, given []string) error {
			return o.run(cmd.Context(), given[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.event, "data", "{}", "the event as `JSON`, or @FILE with it")
	flags.StringVar(&o.registry, "registry", defaultData, "the registry lies in `DIR`: --data is the event here")
	bindEnvAs(flags, "registry", "data")
	flags.StringVar(&o.app, "app", "", "run it for the app with this `APPID`; the demo app or the only one unless given")
	flags.StringVar(&o.env, "env", "", "cloud environment `ID`; the appid unless given")
	flags.StringVar(&o.name, "name", "", "call the function `NAME`; as its folder unless given")
	flags.StringVar(&o.openID, "openid", "", "the user's `OPENID` that the function sees; a made-up one unless given")
	flags.StringVar(&o.server, "server", "", "let the suncode server at `URL` answer its calls")
	flags.StringVar(&o.save, "save", "", "write the first buffer of the result to `FILE`")
	flags.DurationVar(&o.timeout, "timeout", 20*time.Second, "end it after this `TIME`")
	return cmd
}

func (o *invokeOptions) run(ctx context.Context, dir string, out, console io.Writer) error {
	event, err := readEvent(o.event)
	if err != nil {
		return err
	}
	if o.timeout <= 0 {
		return usageError("as in 20s", "--timeout %v is no time", o.timeout)
	}
	f, err := openFunction(dir, o.env, o.name)
	if err != nil {
		return err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return hinted(err, "cloud functions run in Node.js: install version 14 or later")
	}
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	store, err := openRegistry(ctx, o.registry, created)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // what was written is committed
	app, err := chooseApp(ctx, store, o.app)
	if err != nil {
		return err
	}
	function, err := f.deploy(ctx, store, app)
	if err != nil {
		return err
	}
	gateway, stop, err := o.gateway(ctx, store, console)
	if err != nil {
		return err
	}
	defer stop()
	call := functionCall{node: node, dir: f.dir, app: app, function: function, gateway: gateway, console: console, invokeOptions: o}
	return call.run(ctx, event, out)
}

// readEvent is the event of a flag that has it or the name of its file.
func readEvent(given string) (json.RawMessage, error) {
	event := []byte(given)
	if name, ok := strings.CutPrefix(given, "@"); ok {
		var err error
		if event, err = readFile(name, maxEvent); err != nil {
			return nil, err
		}
	}
	if !json.Valid(event) {
		return nil, usageError("as in --data '{\"scene\":\"a=1\"}'; the registry's folder is --registry here", "--data is not JSON")
	}
	return event, nil
}

// maxEvent is the largest event, in bytes: the platform takes 6 MB.
const maxEvent = 6 << 20

// chooseApp is the appid that was given, or the one that can only be meant.
func chooseApp(ctx context.Context, store *sqlite.Store, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	demo, ok, err := store.EnsureDemo(ctx)
	if err != nil || ok {
		return demo.AppID, err
	}
	apps := store.Snapshot().Apps()
	if len(apps) != 1 {
		return "", usageError("'suncode app list' has them", "the registry has %d apps: --app says which one", len(apps))
	}
	return apps[0].AppID, nil
}

// gateway is where the function's calls go: to the server that was named, or to
// one that answers until stop is called.
func (o *invokeOptions) gateway(ctx context.Context, store *sqlite.Store, console io.Writer) (gateway string, stop func(), err error) {
	if o.server != "" {
		gateway, err = gatewayURL(o.server)
		return gateway, func() {}, err
	}
	l, err := listen(ctx, "127.0.0.1:0", "--server")
	if err != nil {
		return "", nil, err
	}
	log := newLogger(console, "text", "info")
	journal := sqlite.NewJournal(store, log, nil)
	plain := plainServe()
	site := newSite(parts{store: store, journal: journal, issuer: plain.issuer(store), metrics: newMetrics()}, plain, log)
	server := newServer(site, log)
	go func() { _ = server.Serve(l) }() // until it is closed
	gateway, err = gatewayURL("http://" + reachable(l.Addr()))
	return gateway, func() { _, _ = server.Close(), journal.Close() }, err
}

// functionCall is one run of a function.
type functionCall struct {
	*invokeOptions
	node     string // the program
	dir      string
	app      string // its appid
	function *issue.Function
	gateway  string
	console  io.Writer
}

// functionOutcome is what invoke.js leaves behind.
type functionOutcome struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
		Stack   string `json:"stack"`
	} `json:"error"`
}

func (c *functionCall) run(ctx context.Context, event json.RawMessage, out io.Writer) error {
	work, err := os.MkdirTemp("", "suncode-invoke-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // it lies among temporary files
	script := filepath.Join(work, "invoke.js")
	v, err := c.variables()
	if err != nil {
		return err
	}
	input, err := c.input(event, v)
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(script, invokeScript, 0o600), os.WriteFile(filepath.Join(work, "call.json"), input, 0o600)); err != nil {
		return err
	}
	outcome, err := c.start(ctx, v, script, work)
	if err != nil {
		return err
	}
	if outcome.Error != nil {
		return c.thrown(outcome)
	}
	return c.print(out, outcome, filepath.Join(work, "buffer"))
}

// start runs Node to its end.
func (c *functionCall) start(ctx context.Context, v variables, script, work string) (functionOutcome, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	node := exec.CommandContext(limited, c.node, script, c.dir, work)
	node.Dir = c.dir
	node.Env = v.over(os.Environ())
	node.Stdout, node.Stderr = c.console, c.console
	node.WaitDelay = time.Second
	ended := node.Run()
	var outcome functionOutcome
	data, err := os.ReadFile(filepath.Join(work, "outcome.json"))
	switch {
	case err == nil:
		return outcome, json.Unmarshal(data, &outcome)
	case ctx.Err() != nil:
		return outcome, ctx.Err()
	case limited.Err() != nil:
		return outcome, hinted(fmt.Errorf("the function did not end within %v", c.timeout), "--timeout gives it longer")
	case ended == nil:
		ended = errors.New("process.exit was called")
	}
	return outcome, fmt.Errorf("the function ended before it returned: %w", ended)
}

// print shows the result, and saves its buffer if that was asked for.
func (c *functionCall) print(out io.Writer, outcome functionOutcome, buffer string) error {
	var missing error
	if c.save != "" {
		data, err := os.ReadFile(buffer)
		if errors.Is(err, fs.ErrNotExist) {
			missing = hinted(fmt.Errorf("nothing for %s: the result has no buffer", c.save), "the function returns what it got, or an error, as the result shows")
		} else if err = errors.Join(err, os.WriteFile(c.save, data, 0o644)); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := json.Indent(&b, outcome.Result, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(out)
	return errors.Join(err, missing)
}

// missingModule finds the name of a package that Node could not find.
var missingModule = regexp.MustCompile(`Cannot find (?:module|package) '([^'./][^']*)'`)

// thrown is the error of a function that threw one.
func (c *functionCall) thrown(outcome functionOutcome) error {
	fmt.Fprintln(c.console, outcome.Error.Stack)
	message, _, _ := strings.Cut(outcome.Error.Message, "\n")
	err := fmt.Errorf("the function failed: %s", message)
	found := missingModule.FindStringSubmatch(outcome.Error.Message)
	if found == nil {
		return err
	}
	install := "npm install"
	if manifest, err := os.ReadFile(filepath.Join(c.dir, "package.json")); err != nil || !bytes.Contains(manifest, []byte(`"`+found[1]+`"`)) {
		install += " " + found[1]
	}
	return hinted(err, fmt.Sprintf("run '%s' in %s", install, c.dir))
}

// input is what invoke.js is given.
func (c *functionCall) input(event json.RawMessage, v variables) ([]byte, error) {
	return json.Marshal(map[string]any{
		"event":   event,
		"context": v.context(c.function, c.timeout),
		"user":    map[string]string{"appId": v["WX_APPID"], "openId": v["WX_OPENID"]},
		"save":    c.save,
	})
}
