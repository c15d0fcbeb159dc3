package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/suncode/suncode/internal/legible"
	"github.com/suncode/suncode/scan"
)

const checkLong = `Tells whether a code will scan: in these colours, with this logo, in this size,
from this far. Each rule says what it measured, its limit, and what would do
instead. With a picture, the code in it is read and its own colours are measured.

Lengths have a unit: 20mm, 2.5cm, 1m, 1in. Without --distance the code is looked
at from as near as phones focus. docs/PRINT.md has the rules and their sources.

Exit codes: 0 it will scan, perhaps with warnings, 1 the picture cannot be read,
3 no code was read in the picture, 8 it will not scan.`

const checkExample = `  suncode check --line-color '#ffb938'
  suncode check --line-color '#3a62ad' --size 20mm --distance 1m
  suncode check --transparent --ground '#c8a06e' --json
  suncode check proof.jpg --size 15mm`

// checkOptions is what `suncode check` was asked.
type checkOptions struct {
	request legible.Request
	logo    string
	index   int
	asJSON  bool
}

func newCheck() *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:     "check [PICTURE]",
		GroupID: "read",
		Short:   "Tell whether a code will scan",
		Long:    checkLong,
		Example: checkExample,
		Args:    args(0, 1, "a picture"),
		RunE: func(cmd *cobra.Command, given []string) error {
			if err := checkIdle(cmd.Flags(), len(given) > 0); err != nil {
				return err
			}
			return o.run(given, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.request.LineColor, "line-color", "", "colour of the lines, `#rrggbb`; black unless given")
	flags.StringVar(&o.request.Ground, "ground", "", "colour behind them, `#rrggbb`; white unless given")
	flags.BoolVar(&o.request.Transparent, "transparent", false, "the code has no ground of its own; --ground is what it is put on")
	flags.StringVar(&o.logo, "logo", "", "PNG or JPEG `FILE` of the centre")
	flags.IntVar(&o.request.Rays, "rays", 0, "`N`umber of rays, 36, 54 or 72; the most demanding unless given")
	flags.StringVar(&o.request.Size, "size", "", "`LENGTH` of the edge of the code's square")
	flags.StringVar(&o.request.Distance, "distance", "", "`LENGTH` from which the code is scanned")
	flags.Float64Var(&o.request.DPI, "dpi", legible.DefaultDPI, "`DOTS` per inch of the printer")
	flags.IntVar(&o.index, "index", 0, "the `N`th code, from 1, of a picture that holds several")
	flags.BoolVar(&o.asJSON, "json", false, "print JSON")
	return cmd
}

// checkIdle refuses flags that would do nothing: whoever gave them meant something else.
func checkIdle(flags *pflag.FlagSet, picture bool) error {
	for name := range strings.FieldsSeq("line-color ground transparent rays") {
		if picture && flags.Changed(name) {
			return usageError("", "--%s goes without a picture, which is measured", name)
		}
	}
	if !picture && flags.Changed("index") {
		return usageError("", "--index goes with a picture")
	}
	return nil
}

func (o *checkOptions) run(files []string, out io.Writer) error {
	report, err := o.report(files)
	if err != nil {
		return err
	}
	if o.asJSON {
		err = printJSON(out, report)
	} else {
		err = printReport(out, &report)
	}
	if err == nil && report.Verdict == legible.Fails {
		return silent(exitUnfit)
	}
	return err
}

func (o *checkOptions) report(files []string) (legible.Report, error) {
	question, err := o.request.Question()
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), legible.ErrRequest.Error()+": ")
		return legible.Report{}, usageError("", "%w", errors.New(reason))
	}
	if question.Logo, err = readLook("--logo", o.logo, legible.ReadLogo); err != nil {
		return legible.Report{}, err
	}
	if len(files) == 0 {
		return legible.Check(question), nil
	}
	img, err := openPicture(files[0])
	if err != nil {
		return legible.Report{}, err
	}
	code, err := chooseCode(files[0], o.index, scan.Find(img, scan.Options{}))
	if err != nil {
		return legible.Report{}, err
	}
	return legible.Picture(img, code, question), nil
}

// printReport prints a rule a line.
func printReport(out io.Writer, r *legible.Report) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i := range r.Findings {
		f := &r.Findings[i]
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Verdict, f.Rule, f.Message)
	}
	return w.Flush()
}
