package issue

import (
	"context"
	"image/color"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/ticket"
)

const (
	// DefaultWidth is the width of a picture, in pixels, when none is asked for.
	DefaultWidth = 430
	// MinWidth is the least width of an issued picture, in pixels.
	MinWidth = 280
	// MaxWidth is the greatest width of an issued picture, in pixels.
	MaxWidth = 1280
	// MaxPagePath is the longest page that a code can lead to, in bytes.
	MaxPagePath = 1024

	reservedWord = "scancode_time"
)

// Looks are how a code is drawn. [NewLooks] has the defaults.
type Looks struct {
	WidthPx     int         // MinWidth to MaxWidth
	AutoColor   bool        // lines in the tone of the app's logo; Line does not count
	Line        color.NRGBA // its alpha does not count
	Transparent bool        // a PNG without ground instead of a JPEG
}

// NewLooks is 430 pixels wide and black on white.
func NewLooks() Looks { return Looks{WidthPx: DefaultWidth, Line: color.NRGBA{A: 255}} }

// Request asks for one code. [NewRequest] fills in the defaults.
type Request struct {
	App       uint64 // the app's number
	Scene     string // 1 to 32 of the 82 scene characters
	Page      string // "": the home page, whatever it is when the code is scanned
	CheckPath bool   // the page must be in the published version
	Env       string // "release", "trial" or "develop"
	Looks
}

// NewRequest asks for a code with the defaults of the API: home page of the
// release version, checked, 430 pixels, black on white.
func NewRequest(app uint64, scene string) Request {
	return Request{App: app, Scene: scene, CheckPath: true, Env: ticket.Release.String(), Looks: NewLooks()}
}

// Picture is an issued code.
type Picture struct {
	Data      []byte
	MediaType string // "image/jpeg", or "image/png" for a transparent one
	Ticket    []byte // what the code says
	Used      int    // how many codes with a path the app has now; 0 for a code with a scene
	room      *[]byte
}

// rooms keeps the memory of released pictures.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// Release gives the memory of Data back for other pictures. It need not be
// called; after it Data must not be used, nor may it be called twice.
func (p Picture) Release() {
	if p.room != nil {
		*p.room = p.Data[:0]
		rooms.Put(p.room)
	}
}

// Issuer makes codes. The same request gives the same bytes for as long as the
// sealing key and the app's logo stay.
type Issuer struct {
	store    Store
	maxPaths int
	plates   *render.Plates
}

// NewIssuer makes an Issuer on the store, with the bounds of the API.
func NewIssuer(store Store) *Issuer {
	return &Issuer{store, MaxPaths, render.NewPlates(render.DefaultPlateBytes)}
}

// KeepPlates changes how many bytes of memory compiled drawings may take, which
// is [render.DefaultPlateBytes] otherwise, and returns the Issuer.
func (i *Issuer) KeepPlates(budgetBytes int64) *Issuer {
	i.plates = render.NewPlates(budgetBytes)
	return i
}

// LimitPaths changes how many codes with a path an app may have, which is
// [MaxPaths] otherwise, and returns the Issuer. What an app has above it stays
// good.
func (i *Issuer) LimitPaths(most int) *Issuer {
	i.maxPaths = min(most, ticket.MaxPage)
	return i
}

// Issue makes the picture of the code that r asks for. It checks in this
// order, and returns the first that fails: [UnknownApp], [SceneLength],
// [InvalidScene], [InvalidArgs] (environment), [ReservedPage], [InvalidPage]
// or [NotPublished] (page), [InvalidWidth].
func (i *Issuer) Issue(ctx context.Context, r Request) (Picture, error) {
	d, err := i.Drawing(ctx, r)
	if err != nil {
		return Picture{}, err
	}
	return i.picture(&d)
}

// Drawing is an issued code before it is a picture: what a form that
// [Issuer.Issue] does not give, such as vectors, is made from.
type Drawing struct {
	Symbol  suncode.Symbol
	Options render.Options
	Ticket  []byte // what the code says
}

// Drawing issues the code that r asks for without making the picture. Errors
// are those of [Issuer.Issue].
func (i *Issuer) Drawing(ctx context.Context, r Request) (Drawing, error) {
	app, raw, err := i.mint(ctx, r)
	if err != nil {
		return Drawing{}, err
	}
	return drawing(app, raw, r.Looks)
}

// Plates are the compiled drawings that pictures are made with.
func (i *Issuer) Plates() *render.Plates { return i.plates }

// drawing is the ticket's code in the app's colours. Its one error that is not
// ours is [InvalidWidth].
func drawing(app *App, raw []byte, l Looks) (Drawing, error) {
	if err := checkWidth(l.WidthPx); err != nil {
		return Drawing{}, err
	}
	symbol, err := suncode.EncodeBytes(raw)
	return Drawing{Symbol: symbol, Options: l.options(app), Ticket: raw}, err
}

func (i *Issuer) picture(d *Drawing) (p Picture, err error) {
	p = Picture{MediaType: "image/jpeg", Ticket: d.Ticket}
	write := i.plates.AppendJPEG
	if d.Options.Transparent {
		p.MediaType, write = "image/png", i.plates.AppendPNG
	}
	room := rooms.Get().(*[]byte)
	p.Data, err = write((*room)[:0], &d.Symbol, d.Options)
	p.room = room
	return p, err
}

func checkWidth(widthPx int) error {
	if widthPx < MinWidth || widthPx > MaxWidth {
		return fail(InvalidWidth, "invalid width", "%d pixels are not within %d to %d", widthPx, MinWidth, MaxWidth)
	}
	return nil
}

// Mint is the ticket of the code that r asks for, without the picture. Errors
// are those of [Issuer.Issue], in its order; the looks are not checked.
func (i *Issuer) Mint(ctx context.Context, r Request) ([]byte, error) {
	_, raw, err := i.mint(ctx, r)
	return raw, err
}

func (i *Issuer) mint(ctx context.Context, r Request) (*App, []byte, error) {
	snapshot := i.store.Snapshot()
	app, ok := snapshot.AppByNumber(r.App)
	if !ok {
		return nil, nil, fail(UnknownApp, "unknown app", "no app has the number %d", r.App)
	}
	if err := checkScene(r.Scene); err != nil {
		return nil, nil, err
	}
	env, err := ParseEnv(r.Env)
	if err != nil {
		return nil, nil, err
	}
	page, err := i.page(ctx, app, env, r)
	if err != nil {
		return nil, nil, err
	}
	raw, err := snapshot.sealer.Make(ticket.Ticket{Env: env, App: app.Number, Page: page, Scene: r.Scene})
	return app, raw, err
}

// page is the number of the page that the request names, 0 for the home page.
func (i *Issuer) page(ctx context.Context, app *App, env ticket.Env, r Request) (uint64, error) {
	if err := checkPage(r.Page); err != nil {
		return 0, err
	}
	if !r.CheckPath {
		return i.uncheckedPage(ctx, app, r.Page)
	}
	return publishedPage(app, env, r.Page)
}

// publishedPage is the number of a page of the current version, 0 for the home
// page.
func publishedPage(app *App, env ticket.Env, page string) (uint64, error) {
	version, ok := app.Version(env)
	if !ok {
		return 0, fail(NotPublished, "the app is not published", "%s has no %s version; publish one or set check_path to false", app.AppID, env)
	}
	if page == "" {
		return 0, nil
	}
	number, ok := version.Number(page)
	if !ok {
		return 0, fail(InvalidPage, "invalid page", "page %q is not in the %s version of %s", clip(page), env, app.AppID)
	}
	return number, nil
}

func (i *Issuer) uncheckedPage(ctx context.Context, app *App, page string) (uint64, error) {
	if page == "" {
		return 0, nil
	}
	if number, ok := app.Pages.Number(page); ok {
		return number, nil
	}
	return i.store.AssignPage(ctx, app.Number, page)
}

// checkScene counts characters, not bytes, so that a short scene with letters
// outside ASCII is told about its characters and not about its length.
func checkScene(scene string) error {
	if scene == "" {
		return fail(SceneLength, "invalid length for scene", "scene is missing or empty")
	}
	if n := utf8.RuneCountInString(scene); n > ticket.MaxScene {
		return fail(SceneLength, "invalid length for scene", "scene has %d characters, at most %d are allowed", n, ticket.MaxScene)
	}
	if err := ticket.ValidScene(scene); err != nil {
		return &Error{Code: InvalidScene, Message: "invalid scene", Hint: err.Error(), Err: err}
	}
	return nil
}

// checkPage holds the rules that a page must keep whether it exists or not.
func checkPage(page string) error {
	if strings.Contains(page, reservedWord) {
		return fail(ReservedPage, "page contains a reserved word", "page must not contain %s", reservedWord)
	}
	if err := checkPath(page); err != nil {
		return fail(InvalidPage, "invalid page", "page %v", err)
	}
	return nil
}

type pathError string

func (e pathError) Error() string { return string(e) }

// checkPath says what is wrong with the page's path, as the end of a sentence.
// The empty path is the home page's.
func checkPath(path string) error {
	if len(path) > MaxPagePath {
		return pathError("is longer than 1024 bytes")
	}
	return checkForm(path)
}

// checkForm is checkPath without the length.
func checkForm(path string) error {
	switch {
	case strings.HasPrefix(path, "/"):
		return pathError("must not begin with /")
	case strings.Contains(path, "?"):
		return pathError("must not have a query: put parameters into scene")
	case strings.Contains(path, `\`):
		return pathError("has a backslash")
	case !utf8.ValidString(path):
		return pathError("is not UTF-8")
	case strings.ContainsFunc(path, unicode.IsControl):
		return pathError("has a control character")
	}
	return nil
}

func (l Looks) options(app *App) render.Options {
	line := l.Line
	line.A = 255
	if l.AutoColor {
		line = app.Art.Tone()
	}
	return render.Options{
		WidthPx: l.WidthPx, Line: line, Transparent: l.Transparent,
		Logo: app.Art.Logo(), Badge: app.Art.Badge(),
	}
}
