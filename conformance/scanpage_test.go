package conformance

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	suncodes "github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
)

// pageWait bounds how long a page may take to come to what a test waits for.
const pageWait = 20 * time.Second

// appLink is what the server of these tests opens codes with.
const appLink = "https://h5.example.com/{page}?{query}"

// tab is a page in Chromium, and what it did that a user does not see.
type tab struct {
	ctx context.Context
	t   *testing.T

	mu       sync.Mutex
	requests []string
	faults   []string // exceptions, errors in the console, breaches of the policy
}

// openTab starts a Chromium of its own with flags and opens the scan page. before runs in the page before anything
// else; language is what the browser asks for.
func openTab(t *testing.T, s *server, language, before string, flags ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		lacking(t, "chromium is missing: install it, or run tools/needs.sh")
	}
	profile, err := os.MkdirTemp(scratch, "chromium") //nolint:usetesting // t.TempDir would be removed while helpers of Chromium still write
	if err != nil {
		t.Fatal(err)
	}
	options := append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(browser), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(profile),
	}, flags...)
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, _ := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil { // waits for Chromium's end, as its own cancel function does not
			t.Errorf("chromium does not end well: %v", err)
		}
	})
	p := &tab{ctx: ctx, t: t}
	chromedp.ListenTarget(ctx, p.watch)
	watching := "document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));" + before
	p.do(network.Enable(), log.Enable(), runtime.Enable(),
		network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": language}),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(watching).Do(ctx)
			return err
		}),
		chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile),
		chromedp.Navigate(s.url+"/scan"))
	p.wait(`document.body.dataset.ready !== undefined`)
	t.Cleanup(func() { p.wantAlone(s.url) })
	return p
}

// watch notes what the page does.
func (p *tab) watch(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.faults = append(p.faults, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			p.faults = append(p.faults, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			for _, arg := range e.Args {
				p.faults = append(p.faults, string(arg.Value)+arg.Description)
			}
		}
	}
}

// wantAlone holds that the page asked nobody but its server for anything, and that nothing went wrong in it. A code
// that does not resolve is an answer with an error status, which browsers note as an error.
func (p *tab) wantAlone(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) < 5 {
		p.t.Errorf("only %d requests were seen", len(p.requests))
	}
	for _, url := range p.requests {
		if !strings.HasPrefix(url, server+"/") && !strings.HasPrefix(url, "blob:"+server) {
			p.t.Errorf("the page asks for %s", url)
		}
	}
	for _, fault := range p.faults {
		if !strings.Contains(fault, "/suncode/v1/") {
			p.t.Errorf("in the page: %s", fault)
		}
	}
}

func (p *tab) do(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits until an expression is true.
func (p *tab) wait(expression string) {
	p.t.Helper()
	for end := time.Now().Add(pageWait); ; time.Sleep(50 * time.Millisecond) {
		if p.is(expression) {
			return
		}
		if time.Now().After(end) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.t.Fatalf("never: %s\nfaults: %q\nthe page says: %s", expression, p.faults, p.eval(`document.body.innerText`))
		}
	}
}

func (p *tab) is(expression string) bool {
	p.t.Helper()
	var yes bool
	p.do(chromedp.Evaluate("Boolean("+expression+")", &yes))
	return yes
}

func (p *tab) eval(expression string) string {
	p.t.Helper()
	var text string
	p.do(chromedp.Evaluate("String("+expression+")", &text))
	return text
}

// choose gives the page a picture file, as a user who picks one, and waits for a seal of a kind, or none.
func (p *tab) choose(file string) {
	p.t.Helper()
	p.do(chromedp.Evaluate(`document.getElementById('status').textContent = ''`, nil),
		chromedp.SetUploadFiles("#file", []string{file}, chromedp.ByQuery))
}

// wantSeal waits for a code with a seal of a kind and a page that says all of texts.
func (p *tab) wantSeal(kind string, texts ...string) {
	p.t.Helper()
	p.wait(`document.querySelector('#codes .seal.` + kind + `')`)
	shown := p.eval(`document.getElementById('codes').innerText`)
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			p.t.Errorf("the page does not say %q:\n%s", text, shown)
		}
	}
}

// outlined is how many pixels of the outline have about the colour, and where their middle is, as parts of the picture.
func (p *tab) outlined(r, g, b int) (count int, x, y float64) {
	p.t.Helper()
	var found [3]float64
	p.do(chromedp.Evaluate(fmt.Sprintf(`(() => {
		const canvas = document.getElementById('outline');
		if (canvas.hidden) return [0, 0, 0];
		const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
		let n = 0, x = 0, y = 0;
		for (let i = 0; i < data.length; i += 4) {
			if (Math.hypot(data[i] - %d, data[i + 1] - %d, data[i + 2] - %d) < 60 && data[i + 3] > 200) {
				n++; x += (i / 4) %% width / width; y += Math.floor(i / 4 / width) / height;
			}
		}
		return [n, x / n, y / n];
	})()`, r, g, b), &found))
	return int(found[0]), found[1], found[2]
}

// code is the picture of a request, as the server sends it.
func (s *server) code(t *testing.T, request string) []byte {
	t.Helper()
	data := s.call(t, http.MethodPost, "/wxa/getwxacodeunlimit", url.Values{"access_token": {s.token(t)}}, request)
	if http.DetectContentType(data) != "image/jpeg" {
		t.Fatalf("%s: got %s", request, data)
	}
	return data
}

// forge is the picture of a code with a bit of its seal changed.
func (s *server) forge(t *testing.T, picture []byte) []byte {
	t.Helper()
	resp, err := http.Post(s.url+"/suncode/v1/scan", "image/jpeg", bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Codes []struct{ Ticket string } }
	if err := json.Unmarshal(read(t, resp), &answer); err != nil || len(answer.Codes) != 1 {
		t.Fatalf("%v %v", answer, err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(answer.Codes[0].Ticket)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	symbol, err := suncodes.EncodeBytes(raw)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := render.PNG(&b, &symbol, render.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// posed is a picture as a camera has it: on a desk, turned, seen from the side and a little out of focus.
func posed(t *testing.T, data []byte, width, height int) *image.NRGBA {
	t.Helper()
	code, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	size := float64(code.Bounds().Dx())
	scale := size / (.62 * float64(height))
	sin, cos := math.Sincos(23 * math.Pi / 180)
	at := func(x, y float64) color.NRGBA {
		u, v := x-float64(width)/2, y-float64(height)/2
		depth := 1 + u*.0004
		u, v = u/depth*scale, v/depth*scale
		px, py := int(size/2+cos*u+sin*v), int(size/2-sin*u+cos*v)
		if !image.Pt(px, py).In(code.Bounds()) {
			return color.NRGBA{R: 150, G: 140, B: 125, A: 255}
		}
		return color.NRGBAModel.Convert(code.At(px, py)).(color.NRGBA)
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			var sum [3]int
			for _, d := range [...][2]float64{{0, 0}, {.8, 0}, {-.8, 0}, {0, .8}, {0, -.8}} {
				c := at(float64(x)+d[0], float64(y)+d[1])
				sum = [3]int{sum[0] + int(c.R), sum[1] + int(c.G), sum[2] + int(c.B)}
			}
			out.SetNRGBA(x, y, color.NRGBA{R: uint8(sum[0] / 5), G: uint8(sum[1] / 5), B: uint8(sum[2] / 5), A: 255})
		}
	}
	return out
}

// y4m is a film of one frame, which Chromium plays over and over as its camera.
func y4m(img *image.NRGBA) []byte {
	size := img.Rect.Size()
	var b bytes.Buffer
	fmt.Fprintf(&b, "YUV4MPEG2 W%d H%d F20:1 Ip A1:1 C420jpeg\nFRAME\n", size.X, size.Y)
	blue, red := make([]byte, 0, size.X*size.Y/4), make([]byte, 0, size.X*size.Y/4)
	for y := range size.Y {
		for x := range size.X {
			c := img.NRGBAAt(x, y)
			luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			b.WriteByte(luma)
			if x%2 == 0 && y%2 == 0 {
				blue, red = append(blue, cb), append(red, cr)
			}
		}
	}
	b.Write(slices.Concat(blue, red))
	return b.Bytes()
}

func save(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func pngFile(t *testing.T, name string, img image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return save(t, name, b.Bytes())
}

// cameraFlags play a film as the camera.
func cameraFlags(film string) []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", film),
	}
}

// needEngine skips a test when the program was built without the scanner for browsers.
func (p *tab) needEngine() {
	p.t.Helper()
	if p.eval(`document.body.dataset.engine`) != "yes" {
		lacking(p.t, "this program has no scanner for browsers: run make web")
	}
}

// TestScanPagePicture chooses pictures: of a request, tilted and blurred, forged, empty.
func TestScanPagePicture(t *testing.T) {
	t.Parallel()
	s := start(t, "--app-link", appLink)
	p := openTab(t, s, "en", "")
	p.needEngine()
	picture := s.code(t, `{"scene":"a=1&b=2"}`)

	p.choose(save(t, "code.jpg", picture))
	p.wantSeal("ok", "pages/index/index", "a=1&b=2", s.ID, "Genuine")
	if got, want := p.eval(`document.querySelector('#codes a').href`), "https://h5.example.com/pages/index/index?scene=a%3D1%26b%3D2"; got != want {
		t.Errorf("open leads to %s, want %s", got, want)
	}
	if status := p.eval(`document.querySelector('[role=status]').textContent`); !strings.Contains(status, "pages/index/index?scene=a%3D1%26b%3D2") {
		t.Errorf("a screen reader hears %q", status)
	}
	p.wait(`!document.getElementById('outline').hidden`)
	if n, x, y := p.outlined(0x2e, 0xcc, 0x71); n < 300 || math.Hypot(x-.5, y-.5) > .05 {
		t.Errorf("the outline has %d green pixels about %.2f, %.2f", n, x, y)
	}

	p.choose(pngFile(t, "posed.png", posed(t, s.code(t, `{"scene":"tilted","page":"pages/item/item"}`), 900, 700)))
	p.wait(`document.getElementById('codes').innerText.includes('tilted')`)
	p.wantSeal("ok", "pages/item/item")

	p.choose(save(t, "forged.png", s.forge(t, picture)))
	p.wantSeal("no", "The seal is wrong")
	if p.is(`document.querySelector('#codes a')`) {
		t.Error("a forged code can be opened")
	}
	if n, _, _ := p.outlined(0xff, 0x4d, 0x4f); n < 100 {
		t.Errorf("the outline of a forged code has %d red pixels", n)
	}

	p.choose(pngFile(t, "white.png", crop{image.NewUniform(color.White)}))
	p.wait(`document.querySelector('[role=status]').textContent.startsWith('No code')`)

	if got := p.eval(`[...document.querySelectorAll('#list .what bdi')].map((e) => e.textContent).slice(1)`); got != "pages/item/item?scene=tilted,pages/index/index?scene=a%3D1%26b%3D2" {
		t.Errorf("read in this session: %s", got)
	}
	p.do(chromedp.Reload())
	p.wait(`document.querySelectorAll('#list button').length === 3`)
	p.do(chromedp.Evaluate(`document.querySelectorAll('#list button')[2].focus()`, nil), chromedp.KeyEvent("\r"))
	p.wantSeal("ok", "a=1&b=2")
	p.do(chromedp.Click(`[data-lang="zh-CN"]`))
	p.wantSeal("ok", "场景值", "有效")
	if title, lang := p.eval(`document.title`), p.eval(`document.documentElement.lang`); title != "扫码" || lang != "zh-CN" {
		t.Errorf("title %s, language %s", title, lang)
	}
}

// TestScanPageDrop drops a picture on the page, pastes one into it, and shows it a code of the platform.
func TestScanPageDrop(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := openTab(t, s, "en", "")
	p.needEngine()
	for _, c := range []struct{ scene, event string }{
		{"dropped", `new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true })`},
		{"pasted", `new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true })`},
	} {
		data := base64.StdEncoding.EncodeToString(s.code(t, `{"scene":"`+c.scene+`"}`))
		p.do(chromedp.Evaluate(`{
			const bytes = Uint8Array.from(atob('`+data+`'), (c) => c.charCodeAt(0));
			const files = new DataTransfer();
			files.items.add(new File([bytes], 'code.jpg', { type: 'image/jpeg' }));
			document.getElementById('stage').dispatchEvent(`+c.event+`);
		}`, nil))
		p.wait(`document.getElementById('codes').innerText.includes('` + c.scene + `')`)
		p.wantSeal("ok")
	}
	symbol, err := suncodes.EncodeText("L0M:C2I+/VC2W.B*V:")
	if err != nil {
		t.Fatal(err)
	}
	drawing, err := render.Draw(&symbol, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.choose(pngFile(t, "platform.png", drawing))
	p.wantSeal("other", "L0M:C2I+/VC2W.B*V:", "A code of the platform")
}

// TestScanPageCamera shows a code to the camera.
func TestScanPageCamera(t *testing.T) {
	t.Parallel()
	s := start(t, "--app-link", appLink)
	film := save(t, "camera.y4m", y4m(posed(t, s.code(t, `{"scene":"cam=7","page":"pages/item/item"}`), 640, 480)))
	p := openTab(t, s, "zh-CN,zh;q=0.9,en;q=0.5", "", cameraFlags(film)...)
	p.needEngine()
	if title := p.eval(`document.title`); title != "扫码" {
		t.Errorf("the page is in another language: %s", title)
	}
	p.do(chromedp.Evaluate(`document.getElementById('camera').focus()`, nil), chromedp.KeyEvent("\r"))
	p.wantSeal("ok", "pages/item/item", "cam=7", s.ID, "有效", "打开")
	p.wait(`!document.getElementById('outline').hidden`)
	if n, x, y := p.outlined(0x2e, 0xcc, 0x71); n < 300 || math.Hypot(x-.5, y-.5) > .1 {
		t.Errorf("the outline has %d green pixels about %.2f, %.2f", n, x, y)
	}
	p.do(chromedp.Click("#camera"))
	p.wait(`document.getElementById('video').srcObject === null`)
	p.mu.Lock()
	defer p.mu.Unlock()
	resolved := 0
	for _, url := range p.requests {
		if strings.HasSuffix(url, "/suncode/v1/resolve") {
			resolved++
		}
		if strings.HasSuffix(url, "/suncode/v1/scan") {
			t.Error("a frame of the camera was sent away")
		}
	}
	if resolved != 1 {
		t.Errorf("one code was resolved %d times", resolved)
	}
}

// TestScanPageServer reads a picture and the camera in a browser that has no WebAssembly.
func TestScanPageServer(t *testing.T) {
	t.Parallel()
	s := start(t)
	film := save(t, "camera.y4m", y4m(posed(t, s.code(t, `{"scene":"film"}`), 640, 480)))
	p := openTab(t, s, "en", "delete globalThis.WebAssembly;", cameraFlags(film)...)
	if ready, note := p.eval(`document.body.dataset.ready`), p.eval(`document.getElementById('privacy').textContent`); ready != "server" || !strings.Contains(note, "sent to this server to be read") {
		t.Errorf("%s: %s", ready, note)
	}
	p.choose(save(t, "code.jpg", s.code(t, `{"scene":"uploaded"}`)))
	p.wantSeal("ok", "uploaded")
	p.choose(pngFile(t, "white.png", crop{image.NewUniform(color.White)}))
	p.wait(`document.querySelector('[role=status]').textContent.startsWith('No code')`)
	p.do(chromedp.Click("#camera"))
	p.wait(`document.getElementById('codes').innerText.includes('film')`)
	p.wantSeal("ok")
}

// TestScanPageRefused asks for a camera that is not there.
func TestScanPageRefused(t *testing.T) {
	t.Parallel()
	p := openTab(t, start(t), "en", "")
	p.do(chromedp.Click("#camera"))
	p.wait(`document.querySelector('[role=status]').textContent.includes('camera')`)
	if p.is(`document.getElementById('camera').disabled`) {
		t.Error("the button cannot be pressed again")
	}
}
