package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sheet"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/internal/typeface"
)

const batchLong = `Makes a code for each row of a source: FILE (CSV, TSV, JSON lines, or a scene a
line), - for standard input, --pattern or --random. They go to -o: a folder, a ZIP
or tar, a bucket, or with --sheet a PDF of contact sheets. With files comes a
manifest: row, scene, page, path, file, ray count, bytes, sha256, label, warning.

Columns: scene, page, env_version, width, auto_color, line_color, is_hyaline,
check_path, file, label; what a row leaves empty comes from the flags.

A bad row is reported and stops no other. Ctrl-C, or a kill, leaves a state that
--resume goes on from. docs/BATCH.md describes formats, names and limits.

With --json the progress is JSON, an object a line, in standard output:
  {"event":"progress","rows":…,"good":…,"bad":…,"bytes":…,"total":…,"fraction":…,
   "rate":…,"elapsed_ns":…,"remaining_ns":…}
  {"event":"bad","row":…,"line":…,"column":"…","reason":"…","value":"…"}
  {"event":"end","rows":…,"good":…,"bad":…,"warned":…,"bytes":…,"done":true,
   "elapsed_ns":…}

Exit codes: 0 all rows made, 1 failed, 2 wrong settings, 6 some rows are bad and
the others made, 7 interrupted and can be resumed.`

const batchExample = `  suncode batch scenes.csv -o out
  suncode batch --pattern 'id={1..1000000}' -o codes.zip
  suncode batch --random 50000 --length 10 --prefix t= -o out --format svg --size 25mm
  suncode batch scenes.csv -o out --resume
  suncode batch scenes.csv --dry-run
  cat scenes.txt | suncode batch - -o - --archive tar | ssh host tar -x
  suncode batch scenes.csv -o s3://bucket/codes --s3-endpoint https://s3.example.com
  suncode batch scenes.csv -o labels.pdf --sheet a4 --grid 4x6 --caption '{label}'`

// batchOptions is what `suncode batch` was asked.
type batchOptions struct {
	appOptions
	app      string
	spec     batch.Spec
	form     choice
	format   choice
	env      choice
	color    hexColor
	columns  map[string]string
	archive  choice
	vector   batchVector
	out      string
	state    string
	endpoint string
	resume   bool
	dryRun   bool
	failFast bool
	quiet    bool
	source   *sourceFile
}

// batchVector are the flags about print.
type batchVector struct {
	size, bleed, captionSize length
	quiet                    string
	paper, grid, font        string
	margin, gutter           length
	crop, numbers            bool
}

func newBatch() *cobra.Command {
	o := &batchOptions{
		spec: batch.NewSpec(), form: oneOf("", "csv", "tsv", "jsonl", "lines"), format: oneOf("jpeg", "png", "svg", "pdf"),
		env: oneOf("release", "trial", "develop"), archive: oneOf("", "zip", "tar"),
	}
	cmd := &cobra.Command{
		Use:     "batch [FILE | -] -o OUT",
		GroupID: "make",
		Short:   "Make many codes at once",
		Long:    batchLong,
		Example: batchExample,
		Args:    args(0, 1, ""),
		RunE:    o.run,
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "`OUT`: folder, .zip or .tar file, s3://BUCKET/PREFIX, or - for standard output")
	flags.StringVar(&o.app, "app", "", "make them for the app with this `APPID`; the demo app or the only one unless given")
	o.define(cmd)
	o.defineSource(cmd)
	o.defineLook(cmd)
	o.definePrint(flags)
	flags.StringVar(&o.spec.Name, "name", batch.DefaultName, "`TEMPLATE` of the file names: {scene}, {page}, {label}, {env}, {row:07}, {rays}, {sha:8}, {ext}")
	flags.IntVar(&o.spec.Shard, "shard", batch.DefaultShard, "put `N` files into a folder, 0 for any number; a bucket has no folders")
	flags.BoolVar(&o.spec.Cased, "case-sensitive", false, "leave names as they are that differ in case only: not for Windows and macOS")
	addChoice(cmd, &o.archive, "archive", "form of an archive; by default what the name after -o ends with")
	flags.StringVar(&o.endpoint, "s3-endpoint", "", "`URL` of the bucket's server; $AWS_ENDPOINT_URL or S3 itself unless given")
	flags.BoolVar(&o.resume, "resume", false, "go on with a batch that was interrupted")
	flags.StringVar(&o.state, "state", "", "keep what --resume needs in `DIR`; beside the output unless given")
	flags.BoolVar(&o.dryRun, "dry-run", false, "read and check everything, and make nothing")
	flags.BoolVar(&o.failFast, "fail-fast", false, "end at the first bad row")
	flags.BoolVar(&o.quiet, "quiet", false, "print no progress and no bad rows")
	return cmd
}

func (o *batchOptions) defineSource(cmd *cobra.Command) {
	flags := cmd.Flags()
	addChoice(cmd, &o.form, "form", "form of the source; by default what the name of FILE ends with, else lines")
	flags.StringVar(&o.spec.Pattern, "pattern", "", "make the scenes of a `TEXT` with ranges: id={1..1000}, {001..250}")
	flags.Int64Var(&o.spec.Random.Count, "random", 0, "make `N` random scenes, no two the same")
	flags.StringVar(&o.spec.Random.Alphabet, "alphabet", "base58", "characters of random scenes, or digits, hex, base32, base36, base58, base62")
	flags.IntVar(&o.spec.Random.Length, "length", 12, "random `CHARACTERS` of a scene")
	flags.StringVar(&o.spec.Random.Prefix, "prefix", "", "`TEXT` before random scenes")
	flags.StringVar(&o.spec.Random.Seed, "seed", "", "random scenes that the same `TEXT` gives again; different ones every time unless given")
	flags.StringToStringVar(&o.columns, "column", nil, "`FIELD=COLUMN`: which column has a field")
	flags.Lookup("column").DefValue = "" // not []
	flags.StringSliceVar(&o.spec.Ignore, "ignore", nil, "pass over a `COLUMN`; * for all that are unknown")
}

func (o *batchOptions) defineLook(cmd *cobra.Command) {
	flags, look := cmd.Flags(), &o.spec.Look
	addChoice(cmd, &o.format, "format", "what the codes are drawn as")
	flags.StringVar(&look.Page, "page", "", "`PATH` of the page, for rows without one; the home page unless given")
	addChoice(cmd, &o.env, "env", "environment, for rows without one")
	flags.BoolVar(&look.CheckPath, "check-path", true, "the page must be published")
	flags.IntVar(&look.Width, "width", issue.DefaultWidth, fmt.Sprintf("`PIXELS` wide, %d to %d; JPEG and PNG only", issue.MinWidth, issue.MaxWidth))
	flags.Var(&o.color, "color", "colour of the lines")
	flags.BoolVar(&look.AutoColor, "auto-color", false, "lines in the tone of the app's logo")
	flags.BoolVar(&look.Hyaline, "transparent", false, "no ground; a JPEG becomes a PNG")
	flags.StringVar(&look.Label, "label", "", "`TEXT` for rows without a label")
}

func (o *batchOptions) definePrint(flags *pflag.FlagSet) {
	v := &o.vector
	flags.Var(&v.size, "size", "edge of a code in print; 30mm unless given, on a sheet all that fits")
	flags.Var(&v.bleed, "bleed", "how far the ground goes over the cut")
	flags.StringVar(&v.quiet, "quiet-zone", "2p", "`SPACE` around a code: a length, or 2p for two pitches")
	flags.StringVar(&o.spec.Vector.Caption, "caption", "", "`TEMPLATE` of the text below a code: {scene}, {page}, {label}, {env}, {row}")
	flags.Var(&v.captionSize, "caption-size", "type size of captions; in proportion to the code unless given")
	flags.StringVar(&v.font, "font", "", "TrueType or OpenType `FILE` for captions; Noto Sans SC, Chinese included, unless given")
	flags.StringVar(&v.paper, "sheet", "", "print contact sheets on `PAPER`: a4, a3-landscape, letter, 300x400mm …")
	flags.StringVar(&v.grid, "grid", "4x6", "codes on a sheet, `COLUMNSxROWS`")
	flags.Var(&v.margin, "margin", "from the paper's edge to the codes of a sheet; 10mm unless given")
	flags.Var(&v.gutter, "gutter", "between two codes of a sheet")
	flags.BoolVar(&v.crop, "crop-marks", false, "show where a sheet is cut")
	flags.BoolVar(&v.numbers, "page-numbers", false, "number the sheets")
}

// length is a flag of a length in millimetres.
type length struct {
	mm  float64
	set bool
}

// String is the length with its unit.
func (l *length) String() string {
	if !l.set {
		return ""
	}
	return fmt.Sprintf("%gmm", l.mm)
}

// Type is what the help shows for the value.
func (l *length) Type() string { return "LENGTH" }

// Set reads a length such as 20mm, 1in or 36pt.
func (l *length) Set(text string) (err error) {
	l.mm, err = sheet.ParseLength(text)
	l.set = err == nil
	return err
}

func (o *batchOptions) run(cmd *cobra.Command, given []string) error {
	if err := o.gather(cmd, given); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := o.open(cmd, given)
	if err != nil {
		return err
	}
	defer func() { _ = o.source.Close() }() // only read
	return o.with(ctx, existing, func(store *sqlite.Store) error { return o.make(ctx, cmd, store) })
}

// gather puts the flags together that are no field of the settings.
func (o *batchOptions) gather(cmd *cobra.Command, given []string) error {
	s := &o.spec
	s.Columns, s.Format, s.Look.Env = o.columns, batch.Format(o.format.value), o.env.value
	s.Look.LineColor = batch.Color{R: o.color.R, G: o.color.G, B: o.color.B}
	sources := []string{}
	if len(given) > 0 {
		sources = append(sources, given[0])
	}
	for _, name := range []string{"pattern", "random"} {
		if cmd.Flags().Changed(name) {
			sources = append(sources, "--"+name)
		}
	}
	switch {
	case len(sources) == 0:
		return usageError("a FILE, - for standard input, --pattern or --random", "which scenes?")
	case len(sources) > 1:
		return usageError("", "choose one of %s", strings.Join(sources, " and "))
	case sources[0] == "--pattern":
		s.Form = batch.Pattern
	case sources[0] == "--random":
		s.Form = batch.RandomIDs
	case o.form.value != "":
		s.Form = batch.Form(o.form.value)
	default:
		s.Form = batch.FormOf(given[0])
	}
	if s.Form != batch.RandomIDs {
		s.Random = batch.Random{}
	}
	if o.vector.paper != "" {
		s.Format = batch.PDF
	}
	if strings.HasPrefix(o.out, "s3://") {
		s.Shard = 0
	}
	if err := o.checkOut(); err != nil {
		return err
	}
	if err := o.checkIdle(cmd.Flags()); err != nil {
		return err
	}
	return o.gatherPrint()
}

// checkOut refuses places where the codes would not go as was meant.
func (o *batchOptions) checkOut() error {
	name, archive := strings.ToLower(o.out), o.archive.value
	ends := func(endings ...string) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) })
	}
	switch {
	case o.out == "" && o.dryRun:
		return nil
	case o.out == "":
		return usageError("as in -o out, -o codes.zip, or -o - with --archive tar", "where should the codes go?")
	case o.vector.paper != "" && (archive != "" || ends(".zip", ".tar") || strings.HasPrefix(name, "s3://")):
		return usageError("as in -o labels.pdf", "contact sheets are one PDF file")
	case o.vector.paper == "" && archive == "" && ends(".pdf"):
		return usageError("--sheet makes one PDF; --format pdf makes a folder of them", "one PDF for all codes needs --sheet")
	case archive == "" && ends(".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"):
		return usageError("as in -o - --archive tar | gzip >codes.tar.gz; pictures hardly get smaller", "archives are .zip or .tar")
	}
	return nil
}

// checkIdle refuses flags that would do nothing: whoever gave them meant
// something else.
func (o *batchOptions) checkIdle(flags *pflag.FlagSet) error {
	vector := o.spec.Format == batch.SVG || o.spec.Format == batch.PDF
	for _, idle := range []struct {
		flags string
		when  bool
		need  string
	}{
		{"grid margin gutter crop-marks page-numbers", o.vector.paper == "", "--sheet"},
		{"width", vector, "--format jpeg or png"},
		{"size bleed quiet-zone caption caption-size font", !vector, "--format svg or pdf, and --sheet"},
		{"name shard case-sensitive", o.vector.paper != "", "files, not with --sheet"},
		{"format", o.vector.paper != "" && o.format.value != string(batch.PDF), "files; sheets are PDF"},
		{"alphabet length prefix seed", o.spec.Form != batch.RandomIDs, "--random"},
		{"form column ignore", o.spec.Form == batch.RandomIDs || o.spec.Form == batch.Pattern, "a FILE"},
		{"s3-endpoint", o.out != "" && !strings.HasPrefix(o.out, "s3://"), "-o s3://BUCKET/PREFIX"},
	} {
		for name := range strings.FieldsSeq(idle.flags) {
			if idle.when && flags.Changed(name) {
				return usageError("", "--%s goes with %s", name, idle.need)
			}
		}
	}
	return nil
}

func (o *batchOptions) gatherPrint() error {
	style := &o.spec.Vector.Style
	style.SizeMM, style.BleedMM, style.CaptionMM = o.vector.size.mm, o.vector.bleed.mm, o.vector.captionSize.mm
	for name, l := range map[string]*length{"size": &o.vector.size, "caption-size": &o.vector.captionSize} {
		if l.set && l.mm == 0 {
			return usageError("", "--%s: it is nothing", name)
		}
	}
	quiet, err := sheet.ParseSpace(o.vector.quiet)
	if err != nil {
		return usageError("", "--quiet-zone: %w", err)
	}
	style.Quiet = quiet
	font, err := readLook("--font", o.vector.font, typeface.Parse)
	if err != nil {
		return err
	}
	if font != nil {
		style.SetFont(font)
	}
	return settingsError(o.spec.Validate())
}

// settingsError is a mistake on the command line when the settings are wrong.
func settingsError(err error) error {
	if e, ok := errors.AsType[*batch.SpecError](err); ok {
		name := e.Setting
		if flag, ok := settingFlags[name]; ok {
			name = flag
		}
		return usageError("", "--%s: %s", strings.ReplaceAll(name, "_", "-"), e.Reason)
	}
	return err
}

// settingFlags are the settings whose flags have another name.
var settingFlags = map[string]string{
	"columns": "column", "env_version": "env", "is_hyaline": "transparent", "count": "random",
	"size_mm": "size", "bleed_mm": "bleed", "caption_mm": "caption-size", "quiet": "quiet-zone",
}

// appFor is the app that was named or can only be meant.
func (o *batchOptions) appFor(ctx context.Context, store *sqlite.Store) (*issue.App, error) {
	id, err := chooseApp(ctx, store, o.app)
	if err != nil {
		return nil, err
	}
	app, ok := store.Snapshot().App(id)
	if !ok {
		return nil, hinted(fmt.Errorf("no app %s in %s", id, o.data), "'suncode app list' has them")
	}
	return app, nil
}

// make runs the batch and tells how it went.
func (o *batchOptions) make(ctx context.Context, cmd *cobra.Command, store *sqlite.Store) error {
	app, err := o.appFor(ctx, store)
	if err != nil {
		return err
	}
	if !o.quiet {
		o.warn(cmd.ErrOrStderr())
	}
	show := o.newShow(cmd)
	job := batch.Job{
		Spec: o.spec, Issuer: issue.NewIssuer(store), App: app.Number,
		Source: o.source.reader(ctx), SourceSize: o.source.size, SourceDigest: o.source.digest,
		DryRun: o.dryRun, FailFast: o.failFast, Progress: show.progress, Every: show.every, BadRow: show.bad,
	}
	if o.resume {
		job.Start = batch.Continue
	}
	report, err := o.carryOut(ctx, cmd.OutOrStdout(), &job)
	if o.resume && errors.Is(err, batch.ErrNotEmpty) && o.complete() {
		_, err := fmt.Fprintf(cmd.ErrOrStderr(), "nothing to resume: %s is complete\n", o.out)
		return err
	}
	if failed := show.end(&report); err == nil && failed != nil {
		return failed
	}
	return o.outcome(&report, err)
}

// carryOut runs the job into where it goes.
func (o *batchOptions) carryOut(ctx context.Context, out io.Writer, job *batch.Job) (batch.Report, error) {
	if o.dryRun {
		var err error
		if o.vector.paper != "" {
			job.Sink, err = o.sheets(out)
		}
		if err != nil {
			return batch.Report{}, err
		}
		return batch.Run(ctx, *job)
	}
	sink, state, err := o.sink(out)
	if err != nil {
		return batch.Report{}, err
	}
	defer func() { _ = sink.Close() }() // what counts was closed by the run
	job.Sink, job.State = sink, state.dir
	if state.passing {
		defer state.remove()
	}
	return batch.Run(ctx, *job)
}

// outcome is the error of the whole, with what to do about it.
func (o *batchOptions) outcome(r *batch.Report, err error) error {
	at := slices.IndexFunc(batchHints, func(h batchHint) bool { return errors.Is(err, h.err) })
	switch {
	case err == nil && r.Bad > 0:
		return silent(exitBadRows)
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		if o.canResume() {
			return &failure{code: exitInterrupted, err: errors.New("interrupted"), hint: "the same command with --resume goes on"}
		}
		return &failure{code: exitFailed, err: errors.New("interrupted"), hint: "this kind of output cannot be resumed"}
	case errors.Is(err, batch.ErrNotEmpty) && o.resume:
		return hinted(err, "there is nothing to resume: this is not the output of a batch, or its state is elsewhere (--state)")
	case at >= 0:
		return &failure{code: batchHints[at].code, err: err, hint: batchHints[at].hint}
	}
	if o.canResume() && r.Rows > 0 {
		return hinted(settingsError(err), "when that is put right, the same command with --resume goes on")
	}
	return settingsError(err)
}

// canResume tells whether what was made so far can be gone on with.
func (o *batchOptions) canResume() bool { return !o.dryRun && o.out != "-" }

type batchHint struct {
	err  error
	code int
	hint string
}

// batchHints are what to do about the errors of a batch.
var batchHints = []batchHint{
	{batch.ErrUnfinished, exitUsage, "--resume goes on with it; remove the output and its state to begin anew"},
	{batch.ErrNotEmpty, exitUsage, "choose another output, or remove this one"},
	{batch.ErrChanged, exitUsage, "resume it with the same source and flags, or remove the output and its state to begin anew"},
	{batch.ErrRunning, exitFailed, "wait for it (a killed one may take some seconds to end), or choose another output"},
	{batch.ErrBadRow, exitBadRows, "put the row right, or leave out --fail-fast"},
}
