package scanapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/problem"
	"github.com/suncode/suncode/internal/reading"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

const scene = "a=1&b=2"

func (r *rig) target(page string) string {
	return `{"appid":"` + r.app.AppID + `","page":"` + page + `","path":"` + page + `?scene=a%3D1%26b%3D2","query":{"scene":"a%3D1%26b%3D2"},` +
		`"scene":"a=1&b=2","env_version":"release"}`
}

func TestResolve(t *testing.T) {
	r := newRig(t, nil)
	for page, want := range map[string]string{"": "pages/index/index", "pages/user/user": "pages/user/user"} {
		raw := r.issue(func(q *issue.Request) { q.Page = page }).Ticket
		got := r.resolve(raw)
		if string(got.body) != r.target(want)+"\n" || got.StatusCode != http.StatusOK {
			t.Errorf("page %q: got %d %s, want %s", page, got.StatusCode, got.body, r.target(want))
		}
		padded := base64.URLEncoding.EncodeToString(raw)
		again := r.post("/suncode/v1/resolve", "", strings.NewReader(`{"ticket":"`+padded+`"}`))
		if !bytes.Equal(again.body, got.body) {
			t.Errorf("with padding %s", again.body)
		}
	}
}

// TestEveryBitIsSealed turns each bit of a ticket: none of them leads anywhere.
func TestEveryBitIsSealed(t *testing.T) {
	r := newRig(t, nil)
	raw := r.issue(nil).Ticket
	for bit := range 8 * len(raw) {
		altered := bytes.Clone(raw)
		altered[bit/8] ^= 0x80 >> (bit % 8)
		if got := r.resolve(altered); got.StatusCode == http.StatusOK {
			t.Errorf("bit %d: %s", bit, got.body)
		}
	}
}

// problemCases has, for every error that this API can answer, a call that brings it about.
var problemCases = []struct {
	name string
	want problem.Failure
	call func(*rig) reply
}{
	{"not base64url", malformedTicket, func(r *rig) reply {
		return r.post("/suncode/v1/resolve", "", strings.NewReader(`{"ticket":"a+/b"}`))
	}},
	{"empty ticket", malformedTicket, func(r *rig) reply { return r.resolve(nil) }},
	{"not a ticket", malformedTicket, func(r *rig) reply { return r.resolve([]byte("hello, world")) }},
	{"altered", forgedTicket, func(r *rig) reply {
		raw := r.issue(nil).Ticket
		raw[len(raw)-1] ^= 1
		return r.resolve(raw)
	}},
	{"sealed elsewhere", forgedTicket, func(r *rig) reply { return r.resolve(r.foreign(1)) }},
	{"a key that never was", unknownTicket, func(r *rig) reply { return r.resolve(r.foreign(77)) }},
	{"home of what is not published", unpublishedError, func(r *rig) reply {
		return r.resolve(r.issue(func(q *issue.Request) { q.Env, q.CheckPath = "trial", false }).Ticket)
	}},
	{"a form of answer that is none", badRequest, func(r *rig) reply {
		return r.post("/suncode/v1/scan?format=xml", "image/jpeg", bytes.NewReader(r.issue(nil).Data))
	}},
	{"white picture, as wx.scanCode", noCode, func(r *rig) reply {
		return r.post("/suncode/v1/scan?format=scancode", "image/png", bytes.NewReader(pngOf(r.t, image.NewUniform(color.White), 300, 300)))
	}},
	{"not JSON", badRequest, func(r *rig) reply { return r.post("/suncode/v1/resolve", "", strings.NewReader(`ticket=x`)) }},
	{"no ticket", badRequest, func(r *rig) reply { return r.post("/suncode/v1/resolve", "", strings.NewReader(`{}`)) }},
	{"trailing text", badRequest, func(r *rig) reply {
		return r.post("/suncode/v1/resolve", "", strings.NewReader(`{"ticket":""}x`))
	}},
	{"long question", tooLarge, func(r *rig) reply {
		return r.post("/suncode/v1/resolve", "", strings.NewReader(strings.Repeat(" ", maxQuestion)+`{"ticket":""}`))
	}},
	{"GET", wantsPost, func(r *rig) reply { return r.send(http.MethodGet, "/suncode/v1/resolve?ticket=x", "", nil) }},
	{"PUT of a picture", wantsPost, func(r *rig) reply { return r.send(http.MethodPut, "/suncode/v1/scan", "image/png", nil) }},
	{"unknown call", noSuchCall, func(r *rig) reply { return r.post("/suncode/v1/scan/", "image/png", nil) }},
	{"form of a browser", foreignFormat, func(r *rig) reply {
		return r.post("/suncode/v1/scan", "application/x-www-form-urlencoded", strings.NewReader("picture=x"))
	}},
	{"text", wrongType, func(r *rig) reply { return r.post("/suncode/v1/scan", "text/plain", strings.NewReader("x")) }},
	{"form without boundary", wrongType, func(r *rig) reply {
		return r.post("/suncode/v1/scan", "multipart/form-data", strings.NewReader("--x"))
	}},
	{"form without file", badRequest, func(r *rig) reply { return r.postForm("", []byte("x")) }},
	{"cut form", badRequest, func(r *rig) reply {
		return r.post("/suncode/v1/scan", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"p\"; filename=\"p\"\r\n\r\nabc"))
	}},
	{"GIF", foreignFormat, func(r *rig) reply { return r.scan([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")) }},
	{"nothing", foreignFormat, func(r *rig) reply { return r.scan(nil) }},
	{"cut picture", damagedPicture, func(r *rig) reply { data := r.issue(nil).Data; return r.scan(data[:len(data)/2]) }},
	{"white picture", noCode, func(r *rig) reply { return r.scan(pngOf(r.t, image.NewUniform(color.White), 300, 300)) }},
	{"many pixels", tooLarge, func(r *rig) reply {
		small := newRig(r.t, func(h *Handler) { h.Reader = reading.New(reading.Config{MaxPixels: 299 * 300}) })
		return small.scan(pngOf(r.t, image.NewUniform(color.White), 300, 300))
	}},
	{"long picture", tooLarge, func(r *rig) reply { return r.scan(make([]byte, maxPicture+1)) }},
	{"long picture in a form", tooLarge, func(r *rig) reply { return r.postForm("x.jpg", make([]byte, maxPicture+1)) }},
	{"longer form", tooLarge, func(r *rig) reply { return r.postForm("x.jpg", make([]byte, maxForm+1)) }},
	{"no memory left", busy, func(r *rig) reply {
		full := newRig(r.t, func(h *Handler) { h.Reader = reading.New(reading.Config{UploadBytes: 64 << 10}) })
		return full.scan(make([]byte, 128<<10))
	}},
	{"a panic", problem.Internal, func(r *rig) reply {
		broken := newRig(r.t, func(h *Handler) {
			h.Reader = reading.New(reading.Config{Find: func(context.Context, image.Image, scan.Options) []scan.Result { panic("out of order") }})
		})
		got := broken.scan(pngOf(r.t, image.NewUniform(color.White), 30, 30))
		broken.Close()
		if log := broken.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "out of order") {
			r.t.Errorf("log: %s", log)
		}
		if !broken.handler.Reader.Idle() {
			r.t.Error("the call kept its slot or its memory")
		}
		return got
	}},
}

// foreign is a ticket that another registry made with the same numbers.
func (r *rig) foreign(key uint64) []byte {
	r.t.Helper()
	raw, err := ticket.Make(ticket.Ticket{App: r.app.Number, Page: 1, Key: key, Scene: "a=1"}, make([]byte, 32))
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

func pngOf(t *testing.T, ground image.Image, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, ground.At(x, y))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// postForm sends data as a form's file, or without a file name as a plain field.
func (r *rig) postForm(fileName string, data []byte) reply {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("note", "first")
	field, err := form.CreateFormField("picture")
	if fileName != "" {
		field, err = form.CreateFormFile("picture", fileName)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = field.Write(data)
	_ = form.Close()
	return r.post("/suncode/v1/scan", form.FormDataContentType(), &body)
}

func TestProblems(t *testing.T) {
	r := newRig(t, nil)
	tested := map[problem.Failure]bool{}
	for _, c := range problemCases {
		t.Run(c.name, func(t *testing.T) {
			r.t = t
			wantProblem(t, c.call(r), c.want)
		})
		tested[c.want] = true
	}
	if !r.handler.Reader.Idle() {
		t.Error("the calls kept slots or memory")
	}
	documented := documentedProblems(t)
	for f := range documented {
		if !tested[f] {
			t.Errorf("docs/API.md has %v, which no call of this test brings about", f)
		}
	}
	for f := range tested {
		if !documented[f] {
			t.Errorf("docs/API.md lacks %v", f)
		}
	}
}

// documentedProblems is the table of docs/API.md.
func documentedProblems(t *testing.T) map[problem.Failure]bool {
	t.Helper()
	page, err := os.ReadFile("../../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "<!-- table: scan errors -->\n")
	rows := map[problem.Failure]bool{}
	for line := range strings.Lines(rest) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			break
		}
		if status, err := strconv.Atoi(strings.TrimSpace(cells[2])); err == nil {
			rows[problem.New(status, strings.Trim(cells[1], " `"))] = true
		}
	}
	return rows
}

type scanAnswer struct {
	Codes []codeJSON `json:"codes"`
}

func (r *rig) codes(got reply) []codeJSON {
	r.t.Helper()
	var answer scanAnswer
	d := json.NewDecoder(bytes.NewReader(got.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&answer); err != nil || got.StatusCode != http.StatusOK {
		r.t.Fatalf("%d %s %v", got.StatusCode, got.body, err)
	}
	return answer.Codes
}

func TestScan(t *testing.T) {
	r := newRig(t, nil)
	for _, transparent := range []bool{false, true} {
		code := r.issue(func(q *issue.Request) { q.Transparent = transparent })
		for name, got := range map[string]reply{
			"body":         r.scan(code.Data),
			"curl":         r.post("/suncode/v1/scan", curlType, bytes.NewReader(code.Data)),
			"octet stream": r.post("/suncode/v1/scan", "application/octet-stream", bytes.NewReader(code.Data)),
			"no type":      r.post("/suncode/v1/scan", "", bytes.NewReader(code.Data)),
			"form":         r.postForm("code.jpg", code.Data),
			"chunks":       r.post("/suncode/v1/scan", "image/png", io.MultiReader(bytes.NewReader(code.Data))),
		} {
			codes := r.codes(got)
			if len(codes) != 1 {
				t.Fatalf("%s: %d codes", name, len(codes))
			}
			c := codes[0]
			if c.Text != nil || c.Ticket == nil || *c.Ticket != text(code.Ticket) || c.Error != nil || c.Target == nil {
				t.Errorf("%s: got %s", name, got.body)
				continue
			}
			want := &targetJSON{
				AppID: r.app.AppID, Page: "pages/index/index", Path: "pages/index/index?scene=a%3D1%26b%3D2",
				Query: map[string]string{"scene": "a%3D1%26b%3D2"}, Scene: scene, EnvVersion: "release",
			}
			if diff := cmp.Diff(want, c.Target); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
			if c.Rays != 36 || !suncode.Level(c.Type).Valid() {
				t.Errorf("%s: %s", name, got.body)
			}
			if far := c.Corners[2]; far[0] < 420 || far[0] > 440 || far[1] < 420 || far[1] > 440 {
				t.Errorf("%s: corners %v of 430 pixels", name, c.Corners)
			}
		}
	}
}

// TestScanForgery scans a picture that shows a code of another registry.
func TestScanForgery(t *testing.T) {
	r := newRig(t, nil)
	for want, key := range map[string]uint64{"forged": 1, "unknown": 9} {
		symbol, err := suncode.EncodeBytes(r.foreign(key))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := render.PNG(&b, &symbol, render.Options{}); err != nil {
			t.Fatal(err)
		}
		codes := r.codes(r.scan(b.Bytes()))
		if len(codes) != 1 || codes[0].Target != nil || codes[0].Error == nil || codes[0].Error.Code != want {
			t.Errorf("got %+v, want %s", codes, want)
		}
	}
}

// TestScanRealCode scans a picture with a code of the platform: it has a text and no target.
func TestScanRealCode(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/real-codes/*.jpg")
	if len(files) == 0 {
		t.Skip("no pictures of real codes beside the repository (../shared/real-codes)")
	}
	r := newRig(t, nil)
	read := 0
	for _, file := range files[:min(len(files), 5)] {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.scan(data); got.StatusCode == http.StatusOK {
			read++
			if c := r.codes(got)[0]; c.Text == nil || *c.Text == "" || c.Ticket != nil || c.Target != nil || c.Error != nil {
				t.Errorf("%s: %s", file, got.body)
			}
		}
	}
	if read == 0 {
		t.Error("none was read")
	}
}

// TestScansAtOnce holds that no more scans are at work than there are slots, and that one who gives up waiting is gone.
func TestScansAtOnce(t *testing.T) {
	const slots = 2
	var mu sync.Mutex
	working, most := 0, 0
	started, finish := make(chan struct{}, 10), make(chan struct{})
	r := newRig(t, func(h *Handler) {
		h.Reader = reading.New(reading.Config{Scans: slots, Find: func(context.Context, image.Image, scan.Options) []scan.Result {
			mu.Lock()
			working++
			most = max(most, working)
			mu.Unlock()
			started <- struct{}{}
			<-finish
			mu.Lock()
			working--
			mu.Unlock()
			return nil
		}})
	})
	data := pngOf(t, image.NewUniform(color.White), 30, 30)
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() { wantProblem(t, r.scan(data), noCode) })
	}
	for range slots {
		<-started
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.handler.Reader.Read(ctx, data, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
	close(finish)
	group.Wait()
	if most != slots {
		t.Errorf("%d scans at once, want %d", most, slots)
	}
}

func TestObserve(t *testing.T) {
	r := newRig(t, nil)
	r.resolve(r.issue(nil).Ticket)
	r.resolve([]byte("x"))
	r.post("/suncode/v1/apps", "", nil)
	r.Close()
	want := []string{"/suncode/v1/resolve ok", "/suncode/v1/resolve malformed", "other not_found"}
	if diff := cmp.Diff(want, r.observed); diff != "" {
		t.Error(diff)
	}
}

func TestLongBodyClosesConnection(t *testing.T) {
	r := newRig(t, nil)
	got := r.post("/suncode/v1/resolve", "", strings.NewReader(strings.Repeat(" ", 1<<20)))
	wantProblem(t, got, tooLarge)
	if !got.Close {
		t.Error("the connection stays open with the rest of the body in it")
	}
}
