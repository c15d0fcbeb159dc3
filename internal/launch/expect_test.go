package launch

import (
	"encoding/json"
	"testing"
)

func TestExpectations(t *testing.T) {
	r := Result{
		Launch: Launch{Page: "pages/index/index", Query: "scene=a%3D1&x=%E4", Scene: 1047},
		Events: []Event{{Kind: Console, Text: "hello there"}, {Kind: Fault}},
		State: State{
			Pages:   []Page{{Route: "pages/a/a"}, {Route: "pages/b/b", Data: json.RawMessage(`{"list":[{"n":5},"x"],"ok":true,"text":"5"}`)}},
			App:     json.RawMessage(`{"globalData":{"user":null}}`),
			Storage: map[string]json.RawMessage{"logs": json.RawMessage(`[1]`)},
		},
	}
	for text, want := range map[string]bool{
		"scene=a=1": true, "scene=a": false, "path=pages/index/index": true, "launch=1047": true, "launch=1048": false,
		"query.scene=a%3D1": true, "query.x=%E4": true, "query.y=": false, "page=pages/b/b": true, "console=hello": true,
		"console=bye": false, "errors=1": true, "errors=0": false, "data.list[0].n=5": true, "data.list[1]=x": true,
		"data.list[2]=x": false, `data.list=[{"n": 5}, "x"]`: true, "data.ok=true": true, "data.text=5": true,
		"app.globalData.user=null": true, "app.globalData.gone=null": false, "storage.logs=[1]": true, "data.text.more=1": false,
	} {
		e, err := ParseExpectation(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, ok := e.Check(r); ok != want {
			t.Errorf("%s: holds %v, there is %s", text, ok, got)
		}
	}
	for _, text := range []string{"", "scene", "=a", "sceen=a", "query=a", "scene.x=a", "..=1"} {
		if e, err := ParseExpectation(text); err == nil {
			t.Errorf("%q is %+v", text, e)
		}
	}
}
