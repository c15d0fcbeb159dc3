package wxapi

import (
	"strings"
	"testing"
)

// TestWarning holds that a picture in colours that will not scan well says so, and no other.
func TestWarning(t *testing.T) {
	r := newRig(t, nil)
	pale := `"line_color":{"r":255,"g":232,"b":194}`
	for _, c := range []struct{ path, body, want string }{
		{unlimitedPath, `{"scene":"a=1"}`, ""},
		{unlimitedPath, `{"scene":"a=1","line_color":{"r":58,"g":98,"b":173}}`, ""},
		{unlimitedPath, `{"scene":"a=1",` + pale + `}`, "contrast: #ffe8c2 on #ffffff differ by 20 grey levels"},
		{unlimitedPath, `{"scene":"a=1","is_hyaline":true,` + pale + `}`, "contrast: "},
		{unlimitedPath, `{"scene":"a=1","auto_color":true,` + pale + `}`, ""},
		{codePath, `{"path":"pages/user/user",` + pale + `}`, "contrast: "},
		{codePath, `{"path":"pages/user/user"}`, ""},
	} {
		got := r.call(c.path, c.body)
		wantPicture(t, got)
		values, there := got.Header["Suncode-Warning"]
		if text := strings.Join(values, ""); there != (c.want != "") || !strings.HasPrefix(text, c.want) {
			t.Errorf("%s %s: %q, want %q", c.path, c.body, text, c.want)
		}
	}
}
