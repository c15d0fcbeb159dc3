package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

const traceLong = `Reads a code in a picture, a real platform's too, and draws it again: the same
cells, clean, at any size, as SVG, PNG or JPEG. What a phone reads in the new
drawing is what it read in the old one.

The centre shows --logo or stays empty, the corner shows --badge or Suncode's own:
the platform's marks are not redrawn.

Exit codes: 0 drawn, 1 failed, 3 the picture holds no code.`

const traceExample = `  suncode trace photo.jpg -o clean.svg
  suncode trace poster.png -o print.png --width 2400 --color '#0a3d62' --logo shop.png
  suncode trace photo.jpg -o - --format svg --transparent > code.svg
  suncode trace two-codes.jpg -o second.svg --index 2`

// traceOptions is what `suncode trace` was asked.
type traceOptions struct {
	out         string
	format      choice
	width       int
	color       hexColor
	logo, badge string
	transparent bool
	index       int
}

func newTrace() *cobra.Command {
	o := &traceOptions{format: oneOf("", "svg", "png", "jpg")}
	cmd := &cobra.Command{
		Use:     "trace FILE -o OUT",
		GroupID: "read",
		Short:   "Draw a code again, clean",
		Long:    traceLong,
		Example: traceExample,
		Args:    args(1, 1, "a picture"),
		RunE: func(cmd *cobra.Command, given []string) error {
			return o.run(given[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "write to `FILE`, - for standard output; a file that is there is replaced")
	addChoice(cmd, &o.format, "format", "form of the drawing; by default what the name after -o ends with")
	flags.IntVar(&o.width, "width", render.DefaultWidthPx, fmt.Sprintf("so many `PIXELS` wide and high, %d to %d", render.MinWidthPx, render.MaxWidthPx))
	flags.Var(&o.color, "color", "colour of the lines")
	flags.StringVar(&o.logo, "logo", "", "PNG or JPEG `FILE` for the centre")
	flags.StringVar(&o.badge, "badge", "", "PNG or JPEG `FILE` for the corner")
	flags.BoolVar(&o.transparent, "transparent", false, "no ground; SVG and PNG only")
	flags.IntVar(&o.index, "index", 0, "the `N`th code, from 1, of a picture that holds several")
	return cmd
}

func (o *traceOptions) run(file string, out, note io.Writer) error {
	draw, err := o.drawing()
	if err != nil {
		return err
	}
	look, err := o.look()
	if err != nil {
		return err
	}
	img, err := openPicture(file)
	if err != nil {
		return err
	}
	result, err := chooseCode(file, o.index, scan.Find(img, scan.Options{}))
	if err != nil {
		return err
	}
	var drawn bytes.Buffer
	if err := draw(&drawn, &result.Symbol, look); err != nil {
		return err
	}
	if o.out == "-" {
		_, err := out.Write(drawn.Bytes())
		return err
	}
	if err := os.WriteFile(o.out, drawn.Bytes(), 0o644); err != nil {
		return err
	}
	s := &result.Symbol
	_, err = fmt.Fprintf(note, "%s: %d rays, type %d, mask %d, %s\n", o.out, s.Level.Rays(), s.Level, s.Mask, says(result))
	return err
}

// drawing picks the format, by its flag or by the name of the output.
func (o *traceOptions) drawing() (func(io.Writer, *suncode.Symbol, render.Options) error, error) {
	if o.out == "" {
		return nil, usageError("as in -o clean.svg, or -o - for standard output", "where should the drawing go?")
	}
	format := o.format.value
	if format == "" {
		format = strings.ToLower(strings.TrimPrefix(filepath.Ext(o.out), "."))
	}
	switch format {
	case "svg":
		return render.SVG, nil
	case "png":
		return render.PNG, nil
	case "jpg", "jpeg":
		if o.transparent {
			return nil, usageError("", "a JPEG cannot be transparent")
		}
		return render.JPEG, nil
	case "":
		return nil, usageError("", "%s does not tell a format: say --format svg, png or jpg", o.out)
	}
	return nil, usageError("", "cannot draw %q: the formats are svg, png and jpg", format)
}

// look reads what the drawing shall look like.
func (o *traceOptions) look() (render.Options, error) {
	look := render.Options{WidthPx: o.width, Line: o.color.NRGBA, Transparent: o.transparent}
	if o.width < render.MinWidthPx || o.width > render.MaxWidthPx {
		return look, usageError("", "--width %d is not within %d to %d pixels", o.width, render.MinWidthPx, render.MaxWidthPx)
	}
	var err error
	if look.Logo, err = readLook("--logo", o.logo, render.ParseLogo); err != nil {
		return look, err
	}
	look.Badge, err = readLook("--badge", o.badge, render.ParseBadge)
	return look, err
}

// readLook reads the picture that a flag names; nil when it names none.
func readLook[T any](flag, file string, parse func([]byte) (*T, error)) (*T, error) {
	if file == "" {
		return nil, nil
	}
	data, err := readFile(file, maxPictureFile)
	if err != nil {
		return nil, err
	}
	art, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, file, err)
	}
	return art, nil
}

// chooseCode takes the one code of a picture, or the one --index names.
func chooseCode(file string, index int, results []scan.Result) (*scan.Result, error) {
	if len(results) == 0 {
		return nil, &failure{code: exitNoCode, err: fmt.Errorf("%s: no code found", file)}
	}
	if index == 0 && len(results) == 1 {
		return &results[0], nil
	}
	if index < 1 || index > len(results) {
		var list strings.Builder
		for i := range results {
			c := results[i].Corners[0]
			fmt.Fprintf(&list, "\n  %d  at %.0f,%.0f  %s", i+1, c.X, c.Y, says(&results[i]))
		}
		return nil, usageError("choose one with --index", "%s holds %d codes:%s", file, len(results), list.String())
	}
	return &results[index-1], nil
}

// says is a code's content in a few words.
func says(r *scan.Result) string {
	if text, ok := r.Text(); ok {
		return "text " + strconv.Quote(text)
	}
	return "ticket " + base64.RawURLEncoding.EncodeToString(r.Payload.Data)
}

// hexColor is a flag of the form #rrggbb.
type hexColor struct{ color.NRGBA }

// String returns the colour as it is written.
func (c *hexColor) String() string {
	if c.A == 0 {
		return "#000000"
	}
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}

// Type is what the help shows for the value.
func (c *hexColor) Type() string { return "#rrggbb" }

// Set reads #rrggbb or rrggbb.
func (c *hexColor) Set(s string) error {
	digits := strings.TrimPrefix(s, "#")
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		return fmt.Errorf("%q is not a colour of the form #rrggbb", s)
	}
	c.NRGBA = color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
	return nil
}
