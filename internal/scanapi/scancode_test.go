package scanapi

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/qrcode"
	"github.com/suncode/suncode/render"
)

// drawn is a picture of the symbol.
func drawn(t *testing.T, symbol suncode.Symbol, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := render.JPEG(&b, &symbol, render.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestScanCode holds the answer to what wx.scanCode gives, to the byte.
func TestScanCode(t *testing.T) {
	r := newRig(t, nil)
	ours := r.issue(nil)
	forged := r.foreign(1)
	forgery, err := suncode.EncodeBytes(forged)
	forgeryPicture := drawn(t, forgery, err)
	platform, err := suncode.EncodeText("L0M:C2I+/VC2W.B*V:")
	platformPicture := drawn(t, platform, err)
	square, err := qrcode.JPEG("https://example.com/?a=1&b=2", 300)
	if err != nil {
		t.Fatal(err)
	}
	base := func(raw string) string { return base64.StdEncoding.EncodeToString([]byte(raw)) }
	for name, c := range map[string]struct {
		picture []byte
		want    string
	}{
		"ours": {ours.Data, `{"result":"","scanType":"WX_CODE","charSet":"UTF-8","path":"pages/index/index?scene=a%3D1%26b%3D2","rawData":"` +
			base(string(ours.Ticket)) + `","errMsg":"scanCode:ok"}`},
		"forged": {forgeryPicture, `{"result":"","scanType":"WX_CODE","charSet":"UTF-8","rawData":"` + base(string(forged)) + `","errMsg":"scanCode:ok"}`},
		"the platform's": {platformPicture, `{"result":"","scanType":"WX_CODE","charSet":"UTF-8","rawData":"` +
			base("L0M:C2I+/VC2W.B*V:") + `","errMsg":"scanCode:ok"}`},
		"square": {square, `{"result":"https://example.com/?a=1&b=2","scanType":"QR_CODE","charSet":"UTF-8","rawData":"` +
			base("https://example.com/?a=1&b=2") + `","errMsg":"scanCode:ok"}`},
	} {
		got := r.post("/suncode/v1/scan?format=scancode", "image/jpeg", bytes.NewReader(c.picture))
		if got.StatusCode != http.StatusOK || string(got.body) != c.want+"\n" {
			t.Errorf("%s: got %d %s, want %s", name, got.StatusCode, got.body, c.want)
		}
	}
}

func TestLink(t *testing.T) {
	link, err := issue.ParseLink("https://h5.example.com/{page}?{query}")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(h *Handler) { h.Link = link })
	code := r.issue(nil)
	want := "https://h5.example.com/pages/index/index?scene=a%3D1%26b%3D2"
	if got := r.codes(r.scan(code.Data)); len(got) != 1 || got[0].Target == nil || got[0].Target.Link != want {
		t.Errorf("scan: got %+v", got)
	}
	if got := r.resolve(code.Ticket); !bytes.Contains(got.body, []byte(`,"link":"`+want+`"}`)) {
		t.Errorf("resolve: got %s", got.body)
	}
}
