package batch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image/color"
	"io"
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/legible"
	"github.com/suncode/suncode/internal/sheet"
	"github.com/suncode/suncode/ticket"
)

// maker makes the files of rows. It is one worker's own.
type maker struct {
	issuer   *issue.Issuer
	app      uint64
	homes    [len(issue.Envs)]string // home page by environment
	format   Format
	style    sheet.Style
	captions captions
	legend   func(caption string) error // what is wrong with a caption; nil for pictures
	item     sheet.Item
	file     bytes.Buffer
	judged   Color  // the colour that warning was asked for last
	verdict  string // of it
}

func newMaker(job *Job) (*maker, error) {
	m := &maker{issuer: job.Issuer, app: job.App, format: job.Spec.Format, style: job.Spec.Vector.Style}
	app, ok := job.Issuer.App(job.App)
	if !ok {
		return nil, &issue.Error{Code: issue.UnknownApp, Message: "unknown app", Hint: fmt.Sprintf("no app has the number %d", job.App)}
	}
	for i, env := range issue.Envs {
		if v, ok := app.Version(env); ok {
			m.homes[i] = v.Home
		}
	}
	var err error
	if m.captions, err = job.Spec.Vector.captions(); err != nil {
		return nil, err
	}
	if sheets, ok := job.Sink.(*Sheets); ok {
		pages, err := sheet.NewSheet(io.Discard, sheets.layout, m.style)
		if err != nil {
			return nil, badSpec("sheet", "%v", err)
		}
		m.legend = pages.CheckCaption
	} else if m.format == SVG || m.format == PDF {
		m.legend = m.style.CheckCaption
	}
	return m, nil
}

// home is the page that a code opens which names none.
func (m *maker) home(r *Row) string {
	env, _ := ticket.ParseEnv(r.Env) // an unknown one is that of no code
	return m.homes[env]
}

// request is what the row asks for.
func (m *maker) request(r *Row) issue.Request {
	return issue.Request{
		App: m.app, Scene: r.Scene, Page: r.Page, CheckPath: r.CheckPath, Env: r.Env,
		Looks: issue.Looks{WidthPx: r.Width, AutoColor: r.AutoColor, Line: r.LineColor.nrgba(), Transparent: r.Hyaline},
	}
}

// kind is the ending and the media type of the row's file.
func (m *maker) kind(r *Row) (ext, mediaType string) {
	switch {
	case m.format == SVG:
		return "svg", "image/svg+xml"
	case m.format == PDF:
		return "pdf", "application/pdf"
	case m.format == PNG || r.Hyaline:
		return "png", "image/png"
	}
	return "jpg", "image/jpeg"
}

// check tells what is wrong with a row, and makes nothing. Errors are those of
// make.
func (m *maker) check(r *Row) error {
	if err := m.issuer.Check(m.request(r)); err != nil {
		return r.fault(err)
	}
	if err := m.checkLook(r); err != nil || m.legend == nil {
		return err
	}
	return r.fault(m.legend(m.captions.of(r)))
}

func (m *maker) checkLook(r *Row) error {
	if m.format == PDF && r.Hyaline {
		return &RowError{Row: r.Number, Line: r.Line, Column: "is_hyaline", Reason: "not for PDF"}
	}
	return nil
}

// make appends the row's file to dst, and tells the ray count of its code.
// Errors are [*RowError], or whatever the registry failed with.
func (m *maker) make(ctx context.Context, dst []byte, r *Row) ([]byte, int, error) {
	if err := m.checkLook(r); err != nil {
		return dst, 0, err
	}
	d, err := m.issuer.Drawing(ctx, m.request(r))
	if err != nil {
		return dst, 0, r.fault(err)
	}
	rays := d.Symbol.Level.Rays()
	if m.format == JPEG || m.format == PNG {
		write := m.issuer.Plates().AppendJPEG
		if m.format == PNG || r.Hyaline {
			write = m.issuer.Plates().AppendPNG
		}
		dst, err = write(dst, &d.Symbol, d.Options)
		return dst, rays, err
	}
	m.item = m.printed(&d, r)
	if m.format == SVG {
		dst, err = sheet.AppendSVG(dst, &m.item, &m.style)
		return dst, rays, r.fault(err)
	}
	m.file.Reset()
	err = sheet.WritePDF(&m.file, &m.item, &m.style)
	return append(dst, m.file.Bytes()...), rays, r.fault(err)
}

// warning says why the row's code will not scan well in its colour, or nothing.
// The tone of a logo always does.
func (m *maker) warning(r *Row) string {
	if r.AutoColor {
		return ""
	}
	if r.LineColor != m.judged { // what was judged first, black, is good
		m.judged, m.verdict = r.LineColor, legible.Colours(r.LineColor.nrgba(), color.NRGBA{})
	}
	return m.verdict
}

// faultColumns are the columns whose values are at fault.
var faultColumns = map[issue.Code]string{
	issue.SceneLength:  "scene",
	issue.InvalidScene: "scene",
	issue.ReservedPage: "page",
	issue.InvalidPage:  "page",
	issue.NotPublished: "env_version",
	issue.InvalidArgs:  "env_version",
	issue.InvalidWidth: "width",
}

// fault makes a [*RowError] of an error that is the row's fault, and leaves
// others, and nil, as they are.
func (r *Row) fault(err error) error {
	if err == nil {
		return nil
	}
	bad := &RowError{Row: r.Number, Line: r.Line}
	if errors.Is(err, sheet.ErrCaption) {
		bad.Column, bad.Reason = "label", strings.TrimPrefix(err.Error(), "sheet: ")
		return bad
	}
	e, ok := errors.AsType[*issue.Error](err)
	column, known := faultColumns[issue.CodeOf(err)]
	if !ok || !known {
		return err
	}
	bad.Column, bad.Reason = column, e.Error()
	switch column {
	case "scene":
		bad.Value = clip(r.Scene)
	case "page":
		bad.Value = clip(r.Page)
	case "env_version":
		bad.Value = clip(r.Env)
	case "width":
		bad.Value = strconv.Itoa(r.Width)
	}
	return bad
}

// sum is the SHA-256 of a file.
func sum(data []byte) [32]byte { return sha256.Sum256(data) }
