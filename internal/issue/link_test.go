package issue

import "testing"

func TestLink(t *testing.T) {
	app := &App{AppID: "wx0123456789abcdef"}
	scene := Target{App: app, Page: "pages/index/index", Path: "pages/index/index?scene=a%3D1%26b", Scene: "a=1&b"}
	path := Target{App: app, Page: "pages/码/a b", Path: "pages/码/a b?x=1&n=码#"}
	for _, c := range []struct {
		link string
		t    Target
		want string
	}{
		{"", scene, ""},
		{"https://h5.example.com/", scene, "https://h5.example.com/"},
		{"https://h5.example.com/{page}?{query}", scene, "https://h5.example.com/pages/index/index?scene=a%3D1%26b"},
		{"https://h5.example.com/{page}?{query}", path, "https://h5.example.com/pages/%E7%A0%81/a%20b?x=1&n=%E7%A0%81%23"},
		{"https://h5.example.com/#/{path}", scene, "https://h5.example.com/#/pages/index/index?scene=a%3D1%26b"},
		{"https://u.example.com/?id={appid}&p={path}", scene, "https://u.example.com/?id=wx0123456789abcdef&p=pages%2Findex%2Findex%3Fscene%3Da%253D1%2526b"},
		{"weixin://dl/business/?appid={appid}&path={page}&query={query}", scene, "weixin://dl/business/?appid=wx0123456789abcdef&path=pages%2Findex%2Findex&query=scene%3Da%253D1%2526b"},
		{"myapp://open/{appid}?s={scene}", scene, "myapp://open/wx0123456789abcdef?s=a%3D1%26b"},
		{"myapp://open/?s={scene}&", path, "myapp://open/?s=&"},
	} {
		l, err := ParseLink(c.link)
		if err != nil {
			t.Errorf("%s: %v", c.link, err)
			continue
		}
		if got := l.To(c.t); got != c.want {
			t.Errorf("%s: got %s, want %s", c.link, got, c.want)
		}
	}
}

func TestBadLink(t *testing.T) {
	for _, link := range []string{
		"javascript://example.com/%0aalert({scene})", "JavaScript:alert(1)", "data:text/html,{scene}", "file:///{path}",
		"{path}", "{scene}://example.com/", "https://{appid}.example.com/", "https:///x", "/open?{query}", "open",
		"https://example.com/{", "https://example.com/{no}", "https://example.com/}", "https://example.com/a b",
		"https://me@example.com/", "https://example.com/码", `https://example.com/"`, "http:{path}",
	} {
		if l, err := ParseLink(link); CodeOf(err) != InvalidArgs {
			t.Errorf("%s: got %v, %v", link, l, err)
		}
	}
}
