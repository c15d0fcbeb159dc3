package issue_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

// TestOrderOfChecks gives requests with several faults at once: the one that
// comes first in the order of the API must be told.
func TestOrderOfChecks(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "pages/index/index")
	bare, _ := addApp(t, s, "not published")
	issuer := issue.NewIssuer(s)

	type edit = func(r *issue.Request)
	scene := func(scene string) edit { return func(r *issue.Request) { r.Scene = scene } }
	page := func(page string) edit { return func(r *issue.Request) { r.Page = page } }
	env := func(env string) edit { return func(r *issue.Request) { r.Env = env } }
	width := func(width int) edit { return func(r *issue.Request) { r.WidthPx = width } }
	number := func(n uint64) edit { return func(r *issue.Request) { r.App = n } }
	unchecked := func(r *issue.Request) { r.CheckPath = false }
	long, chinese := strings.Repeat("a", 33), strings.Repeat("码", 32)

	for _, test := range []struct {
		name  string
		edits []edit
		want  issue.Code
	}{
		{"no such app", []edit{number(77), scene("")}, issue.UnknownApp},
		{"app zero", []edit{number(0)}, issue.UnknownApp},
		{"scene empty, all else wrong", []edit{scene(""), env("x"), page("/scancode_time"), width(1)}, issue.SceneLength},
		{"scene too long", []edit{scene(long), env("x")}, issue.SceneLength},
		{"scene too long and bad", []edit{scene(long + "%")}, issue.SceneLength},
		{"scene with 33 characters outside ASCII", []edit{scene(chinese + "码")}, issue.SceneLength},
		{"scene with 32 characters outside ASCII", []edit{scene(chinese), env("x")}, issue.InvalidScene},
		{"scene with a per cent sign", []edit{scene("a%20"), env("x"), page("/x")}, issue.InvalidScene},
		{"scene with a space", []edit{scene("a b")}, issue.InvalidScene},
		{"scene with a backslash", []edit{scene(`a\u0026b`)}, issue.InvalidScene},
		{"scene not UTF-8", []edit{scene("a\xff")}, issue.InvalidScene},
		{"environment", []edit{env("prod"), page("a/scancode_time")}, issue.InvalidArgs},
		{"environment empty", []edit{env("")}, issue.InvalidArgs},
		{"environment in capitals", []edit{env("Release")}, issue.InvalidArgs},
		{"reserved word", []edit{page("/scancode_time?a")}, issue.ReservedPage},
		{"reserved word, unchecked", []edit{page("xscancode_timex"), unchecked}, issue.ReservedPage},
		{"leading slash", []edit{page("/pages/index/index"), width(1)}, issue.InvalidPage},
		{"leading slash, unchecked", []edit{page("/pages/index/index"), unchecked}, issue.InvalidPage},
		{"query", []edit{page("pages/index/index?a=1")}, issue.InvalidPage},
		{"query, unchecked", []edit{page("pages/index/index?"), unchecked}, issue.InvalidPage},
		{"control character, unchecked", []edit{page("pages\x00"), unchecked}, issue.InvalidPage},
		{"not UTF-8, unchecked", []edit{page("pages\xff"), unchecked}, issue.InvalidPage},
		{"endless, unchecked", []edit{page(strings.Repeat("p", issue.MaxPagePath+1)), unchecked}, issue.InvalidPage},
		{"unknown page", []edit{page("pages/other/other"), width(1)}, issue.InvalidPage},
		{"page in another case", []edit{page("pages/Index/index")}, issue.InvalidPage},
		{"page of an unpublished environment", []edit{page("pages/index/index"), env("trial")}, issue.NotPublished},
		{"home page of an unpublished environment", []edit{env("develop"), width(1)}, issue.NotPublished},
		{"unpublished app", []edit{number(bare.Number)}, issue.NotPublished},
		{"too narrow", []edit{width(issue.MinWidth - 1)}, issue.InvalidWidth},
		{"too wide", []edit{width(issue.MaxWidth + 1)}, issue.InvalidWidth},
	} {
		r := issue.NewRequest(app.Number, "a=1")
		for _, edit := range test.edits {
			edit(&r)
		}
		_, err := issuer.Issue(t.Context(), r)
		wantCode(t, test.name, err, test.want)
		wantCode(t, test.name+", checked only", issuer.Check(r), test.want)
	}
	if err := issuer.Check(issue.Request{App: app.Number, Scene: "a", Page: "not/yet", Env: "release", Looks: issue.NewLooks()}); err != nil {
		t.Error(err)
	}
	if n := app.Pages.Len(); n != 1 {
		t.Errorf("refused requests gave numbers to %d pages", n-1)
	}
}

func TestIssuedCodesComeBack(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "pages/index/index", "pages/a/b")
	publish(t, s, app, ticket.Trial, "pages/a/b", "pages/new/new")
	issuer, resolver := issue.NewIssuer(s), issue.NewResolver(s)

	for _, test := range []struct {
		name string
		edit func(r *issue.Request)
		want issue.Target
	}{
		{"defaults", func(*issue.Request) {}, issue.Target{Page: "pages/index/index", Listed: true}},
		{"page", func(r *issue.Request) { r.Page = "pages/a/b" }, issue.Target{Page: "pages/a/b", Listed: true}},
		{"trial home", func(r *issue.Request) { r.Env = "trial" }, issue.Target{Page: "pages/a/b", Env: ticket.Trial, Listed: true}},
		{"trial page", func(r *issue.Request) { r.Env, r.Page = "trial", "pages/new/new" }, issue.Target{Page: "pages/new/new", Env: ticket.Trial, Listed: true}},
		{"unchecked page", func(r *issue.Request) { r.Env, r.Page, r.CheckPath = "develop", "not/yet", false }, issue.Target{Page: "not/yet", Env: ticket.Develop}},
		{"unchecked page again", func(r *issue.Request) { r.Page, r.CheckPath = "not/yet", false }, issue.Target{Page: "not/yet"}},
		{"unchecked page that is published", func(r *issue.Request) { r.Page, r.CheckPath = "pages/a/b", false }, issue.Target{Page: "pages/a/b", Listed: true}},
		{"transparent and blue", func(r *issue.Request) {
			r.Transparent, r.Line, r.WidthPx = true, color.NRGBA{B: 160}, issue.MinWidth
		}, issue.Target{Page: "pages/index/index", Listed: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := issue.NewRequest(app.Number, "a=1&b=~x")
			test.edit(&r)
			picture, err := issuer.Issue(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			again, err := issuer.Issue(t.Context(), r)
			if err != nil || !bytes.Equal(picture.Data, again.Data) {
				t.Errorf("the same request gives other bytes (%v)", err)
			}
			raw := readBack(t, picture, r.WidthPx)
			if !bytes.Equal(raw, picture.Ticket) {
				t.Fatalf("the picture says %x, the ticket is %x", raw, picture.Ticket)
			}
			got, err := resolver.Resolve(raw)
			if err != nil {
				t.Fatal(err)
			}
			test.want.Scene, test.want.Query = "a=1&b=~x", map[string]string{"scene": "a%3D1%26b%3D~x"}
			test.want.Path = test.want.Page + "?scene=a%3D1%26b%3D~x"
			if got.App.AppID != app.AppID {
				t.Errorf("app %s, want %s", got.App.AppID, app.AppID)
			}
			got.App = nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
		})
	}
	if n := app.Pages.Len(); n != 4 {
		t.Errorf("%d pages have numbers, want 4", n)
	}
}

// readBack scans the picture after checking its kind and size.
func readBack(t *testing.T, p issue.Picture, widthPx int) []byte {
	t.Helper()
	img, kind, err := picture.Decode(p.Data)
	if err != nil {
		t.Fatal(err)
	}
	if "image/"+kind != p.MediaType {
		t.Errorf("a %s is called %s", kind, p.MediaType)
	}
	if size := img.Bounds().Size(); size != image.Pt(widthPx, widthPx) {
		t.Errorf("the picture has %v pixels, want %d", size, widthPx)
	}
	codes := scan.Find(img, scan.Options{})
	if len(codes) != 1 {
		t.Fatalf("the scanner finds %d codes", len(codes))
	}
	raw, ok := codes[0].Ticket()
	if !ok {
		t.Fatalf("the code holds no ticket but %v", codes[0].Payload)
	}
	return raw
}

func TestHomePageIsThatOfTheScan(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	issuer, resolver := issue.NewIssuer(s), issue.NewResolver(s)
	r := issue.NewRequest(app.Number, "a")
	r.CheckPath = false
	raw, err := issuer.Mint(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = resolver.Resolve(raw)
	wantCode(t, "before anything is published", err, issue.NotPublished)
	for _, home := range []string{"pages/one", "pages/two"} {
		publish(t, s, app, ticket.Release, home)
		if target, err := resolver.Resolve(raw); err != nil || target.Page != home || !target.Listed {
			t.Errorf("home page %q, %v, want %q", target.Page, err, home)
		}
	}
	r.CheckPath, r.Page = true, "pages/one"
	_, err = issuer.Mint(t.Context(), r)
	wantCode(t, "a page of an old version", err, issue.InvalidPage)
}

func TestRotatedKeys(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "p")
	issuer, resolver := issue.NewIssuer(s), issue.NewResolver(s)
	for key := uint64(1); key <= 3; key++ {
		raw, err := issuer.Mint(t.Context(), issue.NewRequest(app.Number, "a"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ticket.Parse(raw); err != nil || got.Key != key {
			t.Errorf("sealed with key %d, %v, want %d", got.Key, err, key)
		}
		n, err := s.RotateKey(t.Context())
		if err != nil || n != key+1 {
			t.Fatalf("new key %d, %v, want %d", n, err, key+1)
		}
		if _, err := resolver.Resolve(raw); err != nil {
			t.Errorf("a code under the old key %d: %v", key, err)
		}
	}
}

func TestAutoColor(t *testing.T) {
	s := open(t)
	issuer := issue.NewIssuer(s)
	plain := func(c color.Color) []byte {
		img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
		for i := range 64 * 64 {
			img.Set(i%64, i/64, c)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	dark, black := color.NRGBA{R: 150, G: 20, B: 30, A: 255}, color.NRGBA{A: 255}
	for _, test := range []struct {
		name       string
		logo, line color.NRGBA
	}{
		{"a dark logo", dark, dark},
		{"a light logo", color.NRGBA{R: 250, G: 240, B: 120, A: 255}, black},
		{"a grey logo", color.NRGBA{R: 200, G: 200, B: 200, A: 255}, black},
	} {
		draft, _, err := issue.NewDraft(test.name, plain(test.logo), nil)
		if err != nil {
			t.Fatal(err)
		}
		app, err := s.AddApp(t.Context(), draft)
		if err != nil {
			t.Fatal(err)
		}
		publish(t, s, app, ticket.Release, "p")
		auto := issue.NewRequest(app.Number, "a")
		auto.AutoColor, auto.Line = true, color.NRGBA{G: 255, A: 255}
		given := issue.NewRequest(app.Number, "a")
		given.Line = app.Art.Tone()
		a, err := issuer.Issue(t.Context(), auto)
		if err != nil {
			t.Fatal(err)
		}
		b, err := issuer.Issue(t.Context(), given)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Data, b.Data) {
			t.Errorf("%s: auto_color does not draw in the tone %v", test.name, given.Line)
		}
		if given.Line != test.line {
			t.Errorf("%s: tone %v, want %v", test.name, given.Line, test.line)
		}
	}
}

func TestBadArt(t *testing.T) {
	for name, art := range map[string][]byte{"text": []byte("hello"), "too large": make([]byte, issue.MaxArt+1)} {
		_, _, err := issue.NewDraft("x", art, nil)
		wantCode(t, name+" as a logo", err, issue.InvalidArt)
		_, _, err = issue.NewDraft("x", nil, art)
		wantCode(t, name+" as a badge", err, issue.InvalidArt)
	}
	if issue.NewArt("wx1", []byte("hello"), []byte("hello")).Logo() == nil {
		t.Error("an app with a broken logo has none of ours")
	}
}

// TestNewPagesAtOnce issues codes for new pages from many goroutines: each
// code must resolve at once to its page.
func TestNewPagesAtOnce(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	issuer, resolver := issue.NewIssuer(s), issue.NewResolver(s)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 10 {
				r := issue.NewRequest(app.Number, "a")
				r.Page, r.CheckPath = fmt.Sprintf("p/%d", (i+w*3)%10), false
				raw, err := issuer.Mint(context.Background(), r)
				if err != nil {
					t.Error(err)
					return
				}
				if target, err := resolver.Resolve(raw); err != nil || target.Page != r.Page {
					t.Errorf("page %q, %v, want %q", target.Page, err, r.Page)
				}
			}
		})
	}
	wg.Wait()
	if n := app.Pages.Len(); n != 10 {
		t.Errorf("%d pages have numbers, want 10", n)
	}
}

// TestEveryScene mints any allowed scene and gets it back.
func TestEveryScene(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "p")
	issuer, resolver := issue.NewIssuer(s), issue.NewResolver(s)
	character := rapid.SampledFrom([]rune(ticket.SceneCharacters))
	rapid.Check(t, func(t *rapid.T) {
		scene := rapid.StringOfN(character, 1, ticket.MaxScene, -1).Draw(t, "scene")
		raw, err := issuer.Mint(t.Context(), issue.NewRequest(app.Number, scene))
		if err != nil {
			t.Fatal(err)
		}
		if target, err := resolver.Resolve(raw); err != nil || target.Scene != scene {
			t.Fatalf("scene %q, %v, want %q", target.Scene, err, scene)
		}
	})
}

func BenchmarkIssue(b *testing.B) {
	s := open(b)
	app, _ := addApp(b, s, "one")
	publish(b, s, app, ticket.Release, "pages/index/index")
	issuer := issue.NewIssuer(s)
	for _, test := range []struct {
		name        string
		transparent bool
	}{{"JPEG", false}, {"PNG", true}} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r := issue.NewRequest(app.Number, fmt.Sprintf("id=%d", i))
				r.Page, r.Transparent = "pages/index/index", test.transparent
				if _, err := issuer.Issue(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMint is all of issuing but the picture.
func BenchmarkMint(b *testing.B) {
	s := open(b)
	app, _ := addApp(b, s, "one")
	publish(b, s, app, ticket.Release, "pages/index/index")
	issuer := issue.NewIssuer(s)
	if _, err := s.AssignPage(b.Context(), app.Number, "pages/x"); err != nil {
		b.Fatal(err)
	}
	for _, test := range []struct {
		name, page string
		check      bool
	}{{"published", "pages/index/index", true}, {"unchecked", "pages/x", false}} {
		b.Run(test.name, func(b *testing.B) {
			r := issue.NewRequest(app.Number, "id=1234567")
			r.Page, r.CheckPath = test.page, test.check
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := issuer.Mint(context.Background(), r); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

func BenchmarkResolve(b *testing.B) {
	s := open(b)
	app, _ := addApp(b, s, "one")
	publish(b, s, app, ticket.Release, "pages/index/index")
	raw, err := issue.NewIssuer(s).Mint(b.Context(), issue.NewRequest(app.Number, "id=1234567"))
	if err != nil {
		b.Fatal(err)
	}
	resolver := issue.NewResolver(s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := resolver.Resolve(raw); err != nil {
			b.Fatal(err)
		}
	}
}
