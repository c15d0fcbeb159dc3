package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/overlay"
	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/scan"
)

const scanLong = `Finds every sun code in each picture (JPEG, PNG or WebP) and prints what it says:
the text of a real platform's code, or the page and scene of one made here.

A ticket, what a code made here carries, is looked up in the registry of --data
or by the server of --server; without either, in ./suncode-data if that exists.

With --json a picture is one line:
  {"file":"…","codes":[{"text":null,"ticket":"…","rays":36,"type":7,"mask":1,
   "corrected":0,"corners":[[x,y],[x,y],[x,y],[x,y]]}]}
A picture that cannot be read has an "error" there and the rest goes on. The
argument - takes paths from standard input, one a line, and answers each with
one such line at once.

Exit codes: 0 every picture holds a code, 1 a picture could not be read or a
ticket not looked up, 3 a picture holds no code, 4 a ticket was refused; 1 goes
before 3 before 4.`

const scanExample = `  suncode scan poster.jpg
  suncode scan --json *.png | jq -r '.codes[].ticket'
  find photos -name '*.jpg' | suncode scan -
  suncode scan --overlay seen.png unreadable.jpg
  suncode scan --server https://codes.example.com poster.jpg`

// scanOptions is what `suncode scan` was asked.
type scanOptions struct {
	data, server string
	overlay      string // where to draw what was seen, or nothing
	asJSON       bool
	resolver     resolver // nil when there is no registry to ask
	scanner      scan.Scanner
	worst        int // exit code so far
}

func newScan() *cobra.Command {
	o := &scanOptions{}
	cmd := &cobra.Command{
		Use:     "scan FILE... | -",
		GroupID: "read",
		Short:   "Read the codes in pictures",
		Long:    scanLong,
		Example: scanExample,
		Args:    args(1, -1, "a picture, or - for paths on standard input"),
		RunE:    o.run,
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.asJSON, "json", false, "print one line of JSON per picture")
	flags.StringVar(&o.overlay, "overlay", "", "draw what was seen onto the picture, as the PNG `FILE`")
	flags.StringVar(&o.server, "server", "", "let the suncode server at `URL` resolve tickets")
	bindEnv(flags, "server")
	dataFlag(flags, &o.data)
	return cmd
}

func (o *scanOptions) run(cmd *cobra.Command, files []string) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	stream := len(files) == 1 && files[0] == "-"
	o.asJSON = o.asJSON || stream
	if o.overlay != "" && (stream || len(files) > 1) {
		return usageError("", "--overlay is for one picture")
	}
	if err := o.open(cmd); err != nil {
		return err
	}
	if o.resolver != nil {
		defer func() { _ = o.resolver.Close() }() // only read
	}
	if stream {
		return o.done(o.follow(ctx, out, cmd.InOrStdin()))
	}
	for _, file := range files {
		if err := o.one(ctx, out, file); err != nil {
			return err
		}
	}
	return o.done(nil)
}

// open finds who resolves tickets. JSON keeps to its fixed form unless the
// command line names a resolver.
func (o *scanOptions) open(cmd *cobra.Command) (err error) {
	flags := cmd.Flags()
	if flags.Changed("data") && flags.Changed("server") {
		return usageError("", "choose one of --data and --server")
	}
	if o.asJSON && !flags.Changed("data") && !flags.Changed("server") {
		return nil
	}
	if o.server != "" && !flags.Changed("data") {
		o.resolver, err = newServerResolver(o.server)
		return err
	}
	if isSet(flags, "data") {
		o.resolver, err = newRegistryResolver(cmd.Context(), o.data)
		return err
	}
	if hasRegistry(o.data) {
		if o.resolver, err = newRegistryResolver(cmd.Context(), o.data); err != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "suncode: tickets are not looked up: %v\n", err)
			o.resolver = nil
		}
	}
	return nil
}

// follow answers each path on r with one line, at once.
func (o *scanOptions) follow(ctx context.Context, out io.Writer, r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if file := strings.TrimRight(line, "\r\n"); file != "" {
			if err := o.one(ctx, out, file); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// one reads one picture and prints what is in it; its error is the output's.
func (o *scanOptions) one(ctx context.Context, out io.Writer, file string) error {
	line := scanLine{File: file, Codes: []scanCode{}}
	results, err := o.read(file)
	switch {
	case err != nil:
		line.Error = reason(err)
		o.note(exitFailed)
	case len(results) == 0:
		o.note(exitNoCode)
	}
	for i := range results {
		line.Codes = append(line.Codes, o.code(ctx, &results[i]))
	}
	if o.asJSON {
		return printJSON(out, line)
	}
	_, err = io.WriteString(out, line.text())
	return err
}

// read finds the codes of a picture file, and draws what was seen if that is
// wanted.
func (o *scanOptions) read(file string) ([]scan.Result, error) {
	img, err := openPicture(file)
	if err != nil {
		return nil, err
	}
	if o.overlay == "" {
		return o.scanner.Find(img, scan.Options{}), nil
	}
	var trace scan.Trace
	results := o.scanner.Find(img, scan.Options{Trace: &trace})
	var out bytes.Buffer
	if err := png.Encode(&out, overlay.Draw(img, &trace)); err != nil {
		return nil, err
	}
	return results, os.WriteFile(o.overlay, out.Bytes(), 0o644)
}

func (o *scanOptions) code(ctx context.Context, r *scan.Result) scanCode {
	c := newScanCode(r)
	raw, ok := r.Ticket()
	if !ok || o.resolver == nil {
		return c
	}
	t, err := o.resolver.Resolve(ctx, raw)
	if err == nil {
		c.Target = &t
		return c
	}
	if why, ok := errors.AsType[*refusal](err); ok {
		o.note(exitForeign)
		c.Error = why
		return c
	}
	o.note(exitFailed)
	c.Error = &refusal{"unresolved", err.Error()}
	return c
}

// note keeps the gravest exit code, in the order the help gives.
func (o *scanOptions) note(code int) {
	if o.worst == exitOK || code < o.worst {
		o.worst = code
	}
}

func (o *scanOptions) done(err error) error {
	if err != nil || o.worst == exitOK {
		return err
	}
	return silent(o.worst)
}

// maxPictureFile bounds what is read of one file, in bytes.
const maxPictureFile = 256 << 20

func openPicture(file string) (image.Image, error) {
	data, err := readFile(file, maxPictureFile)
	if err != nil {
		return nil, err
	}
	img, _, err := picture.Decode(data)
	return img, err
}

// reason is why a file could not be read, without the file's name.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return strings.TrimPrefix(err.Error(), "picture: ")
}

// readFile reads a whole file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("larger than %d MiB", limit>>20)}
	}
	return data, nil
}

// scanLine is what --json prints for one picture.
type scanLine struct {
	File  string     `json:"file"`
	Error string     `json:"error,omitempty"`
	Codes []scanCode `json:"codes"`
}

// scanCode is one code of a picture. Corners are in pixels, from the corner
// left of the code's own top, clockwise.
type scanCode struct {
	Text      *string       `json:"text"`
	Ticket    *string       `json:"ticket"`
	Rays      int           `json:"rays"`
	Type      int           `json:"type"`
	Mask      int           `json:"mask"`
	Corrected int           `json:"corrected"`
	Corners   [4][2]float64 `json:"corners"`
	Target    *target       `json:"target,omitempty"`
	Error     *refusal      `json:"error,omitempty"`
}

func newScanCode(r *scan.Result) scanCode {
	c := scanCode{
		Rays:      r.Symbol.Level.Rays(),
		Type:      int(r.Symbol.Level),
		Mask:      r.Symbol.Mask,
		Corrected: r.Corrected,
	}
	if text, ok := r.Text(); ok {
		c.Text = &text
	}
	if raw, ok := r.Ticket(); ok {
		ticket := base64.RawURLEncoding.EncodeToString(raw)
		c.Ticket = &ticket
	}
	for i, p := range r.Corners {
		c.Corners[i] = [2]float64{hundredths(p.X), hundredths(p.Y)}
	}
	return c
}

func hundredths(v float64) float64 { return math.Round(v*100) / 100 }

// text is the line as a person reads it.
func (l scanLine) text() string {
	var b strings.Builder
	if l.Error != "" {
		fmt.Fprintf(&b, "%s: %s\n", l.File, l.Error)
		return b.String()
	}
	if len(l.Codes) == 0 {
		fmt.Fprintf(&b, "%s: no code found\n", l.File)
	}
	for _, c := range l.Codes {
		fmt.Fprintf(&b, "%s: %d rays, %d corrected\n%s", l.File, c.Rays, c.Corrected, c.describe())
	}
	return b.String()
}

// describe lists what a code says, a fact a line.
func (c scanCode) describe() string {
	var b strings.Builder
	fact := func(name, value string) { fmt.Fprintf(&b, "  %-7s %s\n", name, value) }
	switch {
	case c.Text != nil:
		fact("text", *c.Text)
	case c.Target != nil:
		fact("app", c.Target.AppID)
		fact("page", c.Target.Page)
		if c.Target.Scene != "" { // a code with a path has none
			fact("scene", c.Target.Scene)
		}
		fact("opens", c.Target.Path)
		if c.Target.EnvVersion != "release" {
			fact("version", c.Target.EnvVersion)
		}
	case c.Ticket != nil:
		fact("ticket", *c.Ticket)
		for _, f := range ticketFacts(*c.Ticket) {
			fact(f[0], f[1])
		}
		if c.Error != nil {
			fact("refused", c.Error.Message)
		} else {
			fact("note", "not checked: no registry to ask; name one with --data or --server")
		}
	}
	return b.String()
}
