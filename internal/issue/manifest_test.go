package issue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
)

func TestParseAppJSON(t *testing.T) {
	for _, test := range []struct {
		name, in string
		home     string
		want     []string
	}{
		{"plain", `{"pages":["pages/index/index","pages/a/b"]}`, "pages/index/index", []string{"pages/index/index", "pages/a/b"}},
		{"entryPagePath", `{"pages":["a","b"],"entryPagePath":"b"}`, "b", []string{"a", "b"}},
		{"entryPagePath null", `{"pages":["a"],"entryPagePath":null}`, "a", []string{"a"}},
		{"subPackages", `{"pages":["a"],"subPackages":[{"root":"pkg","name":"n","pages":["x/y","z"],"independent":true}]}`, "a", []string{"a", "pkg/x/y", "pkg/z"}},
		{"subpackages", `{"pages":["a"],"subpackages":[{"root":"pkg/","pages":["x"]},{"root":"more/deep","pages":["y"]},{"root":"none"}]}`, "a", []string{"a", "pkg/x", "more/deep/y"}},
		{"both spellings", `{"pages":["a"],"subpackages":[{"root":"q","pages":["x"]}],"subPackages":[{"root":"p","pages":["x"]}]}`, "a", []string{"a", "p/x", "q/x"}},
		{"home in a subpackage", `{"pages":["a"],"subpackages":[{"root":"q","pages":["x"]}],"entryPagePath":"q/x"}`, "q/x", []string{"a", "q/x"}},
		{"duplicates", `{"pages":["a","b","a"],"subpackages":[{"root":"q","pages":["x","x"]}]}`, "a", []string{"a", "b", "q/x"}},
		{"byte order mark", "\xef\xbb\xbf" + `{"pages":["a"]}`, "a", []string{"a"}},
		{"other keys", `{"Pages":7,"PAGES":[],"pages":["a"],"window":{"navigationBarTitleText":"x"},"tabBar":{"list":[]},"subPackages":null}`, "a", []string{"a"}},
		{"characters", `{"pages":["页面/首页","a-b_c.d/e f"]}`, "页面/首页", []string{"页面/首页", "a-b_c.d/e f"}},
	} {
		got, err := issue.ParseAppJSON([]byte(test.in))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(issue.Manifest{Pages: test.want, Home: test.home}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestParseAppJSONErrors(t *testing.T) {
	many := func(n int) string {
		pages := make([]string, n)
		for i := range pages {
			pages[i] = fmt.Sprintf(`"p%d"`, i)
		}
		return `{"pages":[` + strings.Join(pages, ",") + `]}`
	}
	if _, err := issue.ParseAppJSON([]byte(many(issue.MaxManifestPages))); err != nil {
		t.Errorf("as many pages as are taken: %v", err)
	}
	for _, test := range []struct{ name, in, want string }{
		{"nothing", ``, "empty"},
		{"blank", " \n", "empty"},
		{"not JSON", "{\n\"pages\": oops}", "line 2"},
		{"cut", `{"pages":["a"`, "unexpected end"},
		{"trailing comma", "{\"pages\":[\"a\"],\n}", "line 2"},
		{"line comment", "{\n// home\n\"pages\":[\"a\"]}", "line 2: comments"},
		{"block comment", `{"pages":[/* home */"a"]}`, "line 1: comments"},
		{"comment at the end", "{\"pages\":[\"a\"]}\n// end", "line 2: comments"},
		{"array", `["a"]`, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"no pages", `{"window":{}}`, "pages is missing"},
		{"pages empty", `{"pages":[]}`, "pages is missing or empty"},
		{"only subpackages", `{"pages":[],"subpackages":[{"root":"a","pages":["b"]}]}`, "pages is missing or empty"},
		{"pages a string", `{"pages":"a"}`, "pages is not a list of strings"},
		{"page a number", `{"pages":["a",7]}`, "pages is not a list of strings"},
		{"page null", `{"pages":["a",null]}`, "pages[1] is null"},
		{"page empty", `{"pages":[""]}`, "pages[0]"},
		{"absolute", `{"pages":["/pages/index"]}`, "must not begin with /"},
		{"climbing", `{"pages":["pages/../../x"]}`, `".."`},
		{"dot", `{"pages":["./pages/x"]}`, `"."`},
		{"double slash", `{"pages":["pages//x"]}`, "empty"},
		{"slash at the end", `{"pages":["pages/"]}`, "empty"},
		{"query", `{"pages":["pages/x?a=1"]}`, "query"},
		{"backslash", `{"pages":["pages\\x"]}`, `\`},
		{"control character", `{"pages":["pages\u0000"]}`, "control"},
		{"reserved", `{"pages":["pages/scancode_time"]}`, "scancode_time"},
		{"long", `{"pages":["` + strings.Repeat("p", 257) + `"]}`, "256"},
		{"long with its root", `{"pages":["a"],"subPackages":[{"root":"` + strings.Repeat("r", 200) + `","pages":["` + strings.Repeat("p", 56) + `"]}]}`, "256"},
		{"subpackages an object", `{"pages":["a"],"subPackages":{}}`, "subPackages is not a list"},
		{"subpackage a string", `{"pages":["a"],"subPackages":["x"]}`, "subPackages[0] is not an object"},
		{"subpackage null", `{"pages":["a"],"subPackages":[null]}`, "subPackages[0] is not an object"},
		{"no root", `{"pages":["a"],"subpackages":[{"pages":["x"]}]}`, "subpackages[0].root"},
		{"root empty", `{"pages":["a"],"subpackages":[{"root":"","pages":["x"]}]}`, "subpackages[0].root"},
		{"root absolute", `{"pages":["a"],"subpackages":[{"root":"/r","pages":["x"]}]}`, "subpackages[0].root"},
		{"root climbs", `{"pages":["a"],"subpackages":[{"root":"..","pages":["x"]}]}`, "subpackages[0].root"},
		{"subpackage's page", `{"pages":["a"],"subpackages":[{"root":"r","pages":["/x"]}]}`, "subpackages[0].pages[0]"},
		{"entryPagePath a number", `{"pages":["a"],"entryPagePath":1}`, "entryPagePath is not a string"},
		{"entryPagePath unknown", `{"pages":["a"],"entryPagePath":"b"}`, `"b" is not among the pages`},
		{"too many pages", many(issue.MaxManifestPages + 1), "at most"},
		{"too large", `{"pages":["a"]}` + strings.Repeat(" ", issue.MaxManifest), "more than"},
		{"too deep", `{"pages":["a"],"x":` + strings.Repeat("[", 20_000), "depth"},
	} {
		_, err := issue.ParseAppJSON([]byte(test.in))
		wantCode(t, test.name, err, issue.InvalidManifest)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("%s: the error has %d characters", test.name, len(err.Error()))
		}
	}
}

func TestManifestCheck(t *testing.T) {
	for name, m := range map[string]issue.Manifest{
		"empty":        {},
		"no home":      {Pages: []string{"a"}},
		"unknown home": {Pages: []string{"a"}, Home: "b"},
		"twice":        {Pages: []string{"a", "a"}, Home: "a"},
		"absolute":     {Pages: []string{"/a"}, Home: "/a"},
		"too many":     {Pages: make([]string, issue.MaxManifestPages+1), Home: ""},
	} {
		wantCode(t, name, m.Check(), issue.InvalidManifest)
	}
}

func TestLoadProject(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	fsys := fstest.MapFS{
		"plain/app.json":              file(`{"pages":["plain"]}`),
		"named/my-app.json":           file(`{"pages":["named"]}`),
		"cloud/project.config.json":   file("\xef\xbb\xbf" + `{"miniprogramRoot":"miniprogram/","appid":"wx1"}`),
		"cloud/miniprogram/app.json":  file(`{"pages":["cloud"]}`),
		"dot/project.config.json":     file(`{"miniprogramRoot":"./"}`),
		"dot/app.json":                file(`{"pages":["dot"]}`),
		"unset/project.config.json":   file(`{}`),
		"unset/app.json":              file(`{"pages":["unset"]}`),
		"climb/project.config.json":   file(`{"miniprogramRoot":"../plain"}`),
		"wrong/project.config.json":   file(`{"miniprogramRoot":7}`),
		"broken/project.config.json":  file(`{`),
		"broken/app.json":             file(`{"pages":["x"]}`),
		"nowhere/project.config.json": file(`{"miniprogramRoot":"dist/"}`),
		"game/game.json":              file(`{}`),
		"empty/readme":                file(``),
		"large/app.json":              file(strings.Repeat(" ", issue.MaxManifest+1)),
	}
	for name, want := range map[string]string{
		"plain": "plain", "plain/app.json": "plain", "named/my-app.json": "named", "cloud": "cloud",
		"cloud/project.config.json": "cloud", "cloud/miniprogram": "cloud", "dot": "dot", "unset": "unset",
	} {
		m, err := issue.LoadProject(fsys, name)
		if err != nil || m.Home != want {
			t.Errorf("%s: %v, %v, want %s", name, m, err, want)
		}
	}
	for name, want := range map[string]string{
		"absent": "not exist", "climb": "does not stay within the project", "wrong": "not a string",
		"broken": "project.config.json: line 1", "nowhere": "no dist/app.json", "game": "mini game",
		"empty": "no app.json", "large": "more than", "../plain": "",
	} {
		_, err := issue.LoadProject(fsys, name)
		wantCode(t, name, err, issue.InvalidManifest)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// FuzzParseAppJSON holds what is accepted against the rules that publishing
// relies on.
func FuzzParseAppJSON(f *testing.F) {
	for _, seed := range []string{
		`{"pages":["pages/index/index"],"subPackages":[{"root":"pkg/","pages":["x/y"]}],"entryPagePath":"pkg/x/y"}`,
		"\xef\xbb\xbf" + `{"pages":["a","a"],"subpackages":[]}`,
		`{"pages":["../a"]}`, "{ // x\n}", `{"pages":null}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := issue.ParseAppJSON(data)
		if err != nil {
			wantCode(t, "error", err, issue.InvalidManifest)
			return
		}
		if err := m.Check(); err != nil {
			t.Fatalf("accepted %v: %v", m, err)
		}
		for _, page := range m.Pages {
			if strings.HasPrefix(page, "/") || strings.Contains(page, "?") || strings.Contains("/"+page+"/", "/../") {
				t.Fatalf("accepted page %q", page)
			}
		}
		if !slices.Contains(m.Pages, m.Home) {
			t.Fatalf("home page %q is not among %q", m.Home, m.Pages)
		}
	})
}
