package launch

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/suncode/suncode/internal/issue"
)

// FuzzQuery holds that a page gets from any query what [Launch.Values] says, and
// from any scene the scene itself.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "a=1", "scene=a%3D1&b", "&&=&a==b&a=2", "%E4%BD%A0=\u4f60", "__proto__=1&toString=2"} {
		f.Add(seed)
	}
	page := one("Page({onLoad (q) { let s; try { s = decodeURIComponent(q.scene) } catch (e) {}; this.setData({s}) }})")
	f.Fuzz(func(t *testing.T, query string) {
		if !utf8.ValidString(query) || strings.Contains(query, "__proto__") {
			return // no text; and a name that no object of JavaScript can have
		}
		l := Launch{Query: query, Scene: 1047}
		state, err := Run(page, l, Options{}, func(Event) {})
		if err != nil {
			t.Fatal(err)
		}
		if want, got := l.Values(), state.Pages[0].Options; !maps.Equal(want, got) {
			t.Errorf("want %q, got %q", want, got)
		}
		l.Query = "scene=" + issue.EncodeURIComponent(query)
		if state, err = Run(page, l, Options{}, func(Event) {}); err != nil {
			t.Fatal(err)
		}
		var data struct{ S string }
		if err := json.Unmarshal(state.Pages[0].Data, &data); err != nil || data.S != query {
			t.Errorf("want %q, got %q, %v", query, data.S, err)
		}
		if scene, ok := l.CodeScene(); !ok || scene != query {
			t.Errorf("want %q, got %q, %v", query, scene, ok)
		}
	})
}
