package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
)

// files is a project of small files; app.json and app.js are there already.
func files(pairs ...string) fs.FS {
	all := fstest.MapFS{
		"app.json": {Data: []byte(`{"pages":["pages/index/index","pages/other/other"]}`)},
		"app.js":   {Data: []byte(`App({})`)},
	}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return all
}

// one is a project whose home page is the text.
func one(text string) fs.FS { return files("pages/index/index.js", text) }

func scene(scene string) Launch {
	return Launch{Env: "release", Query: "scene=" + issue.EncodeURIComponent(scene), Scene: 1047}
}

// lines runs a project and returns its events as lines, and its state.
func lines(t *testing.T, fsys fs.FS, l Launch) ([]string, State) {
	t.Helper()
	var got []string
	state, err := Run(fsys, l, Options{}, func(e Event) { got = append(got, e.String()) })
	if err != nil {
		t.Fatal(err)
	}
	return got, state
}

func TestExamples(t *testing.T) {
	const options = `{"path":"%s","query":{"scene":"a%%3D1"},"scene":1047,"referrerInfo":{},"apiCategory":"default"}`
	game := fmt.Sprintf(options, "")
	app := fmt.Sprintf(options, "pages/index/index")
	for name, want := range map[string][]string{
		"miniprogram": {
			"App.onLaunch(" + app + ")  (the code has none)",
			"App.onShow(" + app + ")  (the code has none)",
			`Page.onLoad({"scene":"a%3D1"})  pages/index/index`,
			`setData: {"scene":"a=1"}`,
			"Page.onShow()  pages/index/index  (the code has none)",
			"Page.onReady()  pages/index/index  (the code has none)",
		},
		"minigame": {
			"console.log: started with a=1",
			"wx.onShow(" + game + ")",
			"console.log: shown with a=1",
		},
	} {
		got, _ := lines(t, os.DirFS("../../examples/"+name), scene("a=1"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestEveryCharacter sends each allowed character, all of them at once as far
// as they fit, and text that was encoded some other way through a page.
func TestEveryCharacter(t *testing.T) {
	const allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$&'()*+,/:;=?@-._~"
	scenes := []string{allowed[:32], allowed[32:64], allowed[50:], "5L2g5aW977yM5LiW55WM", "~4f60~597d", "a=1&b=2&scene=3", "100"}
	if !testing.Short() {
		scenes = append(scenes, strings.Split(allowed, "")...)
	}
	for _, want := range scenes {
		_, state := lines(t, os.DirFS("../../examples/miniprogram"), scene(want))
		if got := fmt.Sprintf(`{"scene":%q}`, want); jsonText(t, state.Pages[0].Data) != jsonText(t, []byte(got)) {
			t.Errorf("%q: the page has %s", want, state.Pages[0].Data)
		}
		if got, ok := scene(want).CodeScene(); !ok || got != want {
			t.Errorf("%q: the scene is %q, %v", want, got, ok)
		}
	}
}

func TestWhatPagesCanDo(t *testing.T) {
	for name, test := range map[string]struct {
		fsys fs.FS
		want []string // lines that must be there, in this order
	}{
		"modules": {
			files("pages/index/index.ts", "import { f } from '../../lib/f'\nimport d from '/lib/d'\nconst n: number = f(2)\nconsole.log(n, d.x, require('dep').y)\nPage({})",
				"lib/f.ts", "export const f = (x: number): number => x ** 2", "lib/d.json", `{"x":3}`, "miniprogram_npm/dep/index.js", "module.exports = {y: 4}"),
			[]string{"console.log: 4 3 4", "Page.onLoad"},
		},
		"a component as a page": {
			one("const b = Behavior({lifetimes: {attached () { console.log('behavior') }}})\nComponent({behaviors: [b], properties: {scene: String, n: {type: Number, value: 7}}, lifetimes: {attached () { console.log('attached', this.properties.n) }}, " +
				"pageLifetimes: {show () { console.log('shown') }}, observers: {x (v) { console.log('x is', v) }}, methods: {onLoad (q) { this.setData({x: decodeURIComponent(this.data.scene)}) }}})"),
			[]string{"console.log: behavior", "console.log: attached 7", "Page.onLoad", `setData: {"x":"a=1"}`, "console.log: x is a=1", "console.log: shown", "Page.onShow", "Page.onReady"},
		},
		"navigation": {
			files("pages/index/index.js", "Page({onLoad () { wx.navigateTo({url: '../other/other?x=%E4%BD%A0', events: {hi (v) { console.log('hi', v) }}, success () { console.log('gone') }}) }, onShow () { console.log(getCurrentPages().length) }})",
				"pages/other/other.js", "Page({onLoad (q) { console.log(q.x, getCurrentPages().length); this.getOpenerEventChannel().emit('hi', 1); wx.navigateBack() }})"),
			[]string{"wx.navigateTo: ../other/other?x=%E4%BD%A0", "console.log: 1", "Page.onHide", `Page.onLoad({"x":"%E4%BD%A0"})  pages/other/other`, "console.log: %E4%BD%A0 2", "console.log: gone", "console.log: hi 1", "Page.onUnload", "console.log: 1"},
		},
		"navigation that fails": {
			one("Page({onLoad () { wx.navigateTo({url: 'nowhere', fail (e) { console.log(e.errMsg) }}) ; wx.switchTab({url: '/pages/other/other'}).catch(e => console.log(e.errMsg)) }})"),
			[]string{`console.log: switchTab:fail can not switch to no-tabBar page`, `console.log: navigateTo:fail page "pages/index/nowhere" is not found`},
		},
		"storage": {
			one("wx.setStorageSync('a', {b: [1]})\nPage({async onLoad () { console.log(wx.getStorageSync('a').b[0], wx.getStorageSync('none') === ''); const {data} = await wx.getStorage({key: 'a'}); console.log(data); wx.getStorage({key: 'no', fail: e => console.log(e.errMsg)}) }})"),
			[]string{"wx.setStorage: a", "console.log: 1 true", `console.log: {"b":[1]}`, "console.log: getStorage:fail data not found"},
		},
		"timers": {
			one("const start = Date.now()\nPage({onLoad () { setTimeout(x => console.log(x, Date.now() - start >= 3000), 3000, 'late'); setTimeout(() => console.log('early'), 10); const id = setInterval(() => { console.log('again'); clearInterval(id) }, 100) }})"),
			[]string{"Page.onReady", "console.log: early", "console.log: again", "console.log: late true"},
		},
		"timers without an end": {
			one("Page({onLoad () { setInterval(() => {}, 1000) }})"), []string{"note: 1 timers would fire later than 10s after the launch"},
		},
		"what does not work": {
			one("Page({async onLoad () { wx.login({success () {}, fail (e) { console.log(e.errMsg) }}); try { await wx.cloud.callFunction({name: 'x'}) } catch (e) { console.log(e.message) }\n wx.createSelectorQuery().select('#a').boundingClientRect().exec(); wx.getUpdateManager().onUpdateReady(() => {}); console.log(wx.canIUse('login'), wx.getFooSync()) }})"),
			[]string{"unsupported: wx.login", `unsupported: wx.cloud.callFunction({"name":"x"})`, "console.log: cloud.callFunction:fail not supported by suncode launch", "console.log: false undefined", "console.log: login:fail not supported"},
		},
		"a component of the view": {
			one("Page({onLoad () { const c = this.selectComponent('#c'); if (!c) throw new Error('gone'); const {a} = c.use(); a.show({}) }})"),
			[]string{`unsupported: selectComponent("#c")`, "unsupported: selectComponent().use()", "unsupported: selectComponent().use().a.show({})", "Page.onShow"},
		},
		"promises nobody catches": {
			one("Page({\n  onLoad () {\n    Promise.reject(new Error('lost'))\n    wx.login()\n  }\n})"), []string{"error in a promise that nobody catches at pages/index/index.js:3:20: Error: lost"},
		},
		"a failed call that nobody catches": {
			one("Page({onLoad () { wx.navigateTo({url: 'gone'}) }})"),
			[]string{`error in a promise that nobody catches: navigateTo:fail page "pages/index/gone" is not found`, "Page.onReady"},
		},
		"what is printed": {
			one("console.log(NaN, -0, 10n, undefined, null, Symbol('s'), {a: [undefined, () => 1]}, new TypeError('t'))\nPage({})"),
			[]string{`console.log: NaN 0 10 undefined null Symbol(s) {"a":[null,"[function ]"]} TypeError: t`},
		},
		"a page with no Page": {one("1"), []string{"error in pages/index/index: its file calls neither Page nor Component"}},
		"an error with its place": {
			files("pages/index/index.ts", "import { f } from './f'\ninterface A { b: string }\n\nPage({ onLoad (q: A) { f(q) } })", "pages/index/f.ts", "type T = string\nexport function f (x: any) {\n  return x.a.b\n}"),
			[]string{"error in Page.onLoad at pages/index/f.ts:3:14: TypeError: Cannot read property 'b' of undefined", "Page.onShow"},
		},
		"a syntax error": {
			files("pages/index/index.js", "require('./f')", "pages/index/f.js", "\nconst = 1"),
			[]string{`error in pages/index/index at pages/index/f.js:2:7: SyntaxError: Expected identifier but found "="`},
		},
		"a module that is not there": {
			one("\n  require('./gone')"), []string{"error in pages/index/index at pages/index/index.js:2:11: cannot find module './gone' from pages/index/index.js"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := lines(t, test.fsys, scene("a=1"))
			rest := got
			for _, want := range test.want {
				i := slices.IndexFunc(rest, func(line string) bool { return strings.HasPrefix(line, want) })
				if i < 0 {
					t.Fatalf("no line %q in order in\n%s", want, strings.Join(got, "\n"))
				}
				rest = rest[i+1:]
			}
		})
	}
}

func TestSetData(t *testing.T) {
	_, state := lines(t, one(`Page({data: {a: {b: [1, {c: 2}]}}, onLoad () { this.setData({'a.b[1].c': 3, 'd[2].e': 4, f: {g: 5}}, () => { this.setData({done: true}) }) }})`), scene("x"))
	const want = `{"a":{"b":[1,{"c":3}]},"d":[null,null,{"e":4}],"done":true,"f":{"g":5}}`
	if got := jsonText(t, state.Pages[0].Data); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPageThatIsNotThere(t *testing.T) {
	l := scene("x")
	l.Page = "pages/gone/gone"
	got, _ := lines(t, files("app.js", "App({onPageNotFound (to) { wx.redirectTo({url: 'pages/other/other'}) }})", "pages/other/other.js", "Page({})"), l)
	text := strings.Join(got, "\n")
	if !strings.Contains(text, `page "pages/gone/gone" is not in app.json`) || !strings.Contains(text, "Page.onReady()  pages/other/other") {
		t.Error(text)
	}
}

func TestBounds(t *testing.T) {
	for name, test := range map[string]struct {
		code    string
		timeout time.Duration
		memory  uint64
		want    error
	}{
		"time":               {"for (;;) {}", 300 * time.Millisecond, 0, ErrTimeout},
		"time of a promise":  {"(function f () { Promise.resolve().then(f) })()", 300 * time.Millisecond, 0, ErrTimeout},
		"caught":             {"for (;;) { try { for (;;) {} } catch (e) {} finally { continue } }", 300 * time.Millisecond, 0, ErrTimeout},
		"memory":             {"const a = []; for (;;) a.push('x'.repeat(1 << 20))", time.Minute, 100 << 20, ErrMemory},
		"calls within calls": {"(function f () { f() })()", time.Minute, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if test.memory > 0 && testing.Short() {
				t.Skip("fills memory, slowly where that is watched")
			}
			_, err := Run(one(test.code+"\nPage({})"), scene("x"), Options{Timeout: test.timeout, Memory: test.memory}, func(Event) {})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func jsonText(t *testing.T, data []byte) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEventsAreBounded(t *testing.T) {
	got, _ := lines(t, one("for (let i = 0; i < 20000; i++) console.log(i)\nPage({})"), scene("x"))
	if len(got) != maxEvents || got[len(got)-1] != "note: further events are not told" {
		t.Errorf("%d events, the last is %s", len(got), got[len(got)-1])
	}
}
