package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	_ "image/jpeg" // is what codes come as
	_ "image/png"  // with a transparent ground
	"net/http"
	"strings"
	"testing"

	"github.com/suncode/suncode/scan"
)

// target is where a code leads, as the server resolves it.
type target struct {
	AppID string `json:"appid"`
	Page  string `json:"page"`
	Scene string `json:"scene"`
	Env   string `json:"env_version"`
	Path  string `json:"path"`
}

// follow scans a picture, which must have one code, and asks the server where
// it leads.
func (s *server) follow(t *testing.T, picture image.Image) target {
	t.Helper()
	found := scan.Find(picture, scan.Options{})
	if len(found) != 1 {
		t.Fatalf("%d codes in the picture", len(found))
	}
	ticket, ok := found[0].Ticket()
	if !ok {
		t.Fatal("the code carries no ticket")
	}
	question, err := json.Marshal(map[string]string{"ticket": base64.RawURLEncoding.EncodeToString(ticket)})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.url+"/suncode/v1/resolve", "application/json", bytes.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	body := read(t, resp)
	var leads target
	if err := json.Unmarshal(body, &leads); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("resolve answers %s: %s", resp.Status, body)
	}
	return leads
}

// wantCode holds a picture to the request that it is the answer to.
func (s *server) wantCode(t *testing.T, data []byte, r request) {
	t.Helper()
	picture, format, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("no picture: %v: %.200q", err, data)
	}
	wantFormat := "jpeg"
	if r.Transparent {
		wantFormat = "png"
	}
	if format != wantFormat {
		t.Errorf("the picture is %s, want %s", format, wantFormat)
	}
	width := r.Width
	if width == 0 {
		width = 430
	}
	if got := picture.Bounds().Size(); got != image.Pt(width, width) {
		t.Errorf("the picture is %v pixels, want %d × %[2]d", got, width)
	}
	if _, _, _, alpha := picture.At(0, 0).RGBA(); (alpha == 0) != r.Transparent {
		t.Errorf("a corner has alpha %d", alpha)
	}
	if share := shareOf(picture, r.tone()); share < .02 {
		t.Errorf("%.2f %% of the picture has the colour %v", 100*share, r.tone())
	}
	want := target{AppID: s.ID, Page: r.Page, Scene: r.Scene, Env: r.Env}
	if want.Page == "" {
		want.Page = "pages/index/index"
	}
	if want.Env == "" {
		want.Env = "release"
	}
	got := s.follow(t, picture)
	if page, query, _ := strings.Cut(got.Path, "?scene="); page != want.Page || query == "" {
		t.Errorf("the code leads to the path %q", got.Path)
	}
	got.Path = ""
	if got != want {
		t.Errorf("the code leads to %+v, want %+v", got, want)
	}
}

// shareOf is how much of a picture has a colour, as well as JPEG keeps colours.
func shareOf(picture image.Image, want color.NRGBA) float64 {
	const near = 40
	alike := func(a, b uint8) bool { return max(a, b)-min(a, b) <= near }
	count, all := 0, picture.Bounds()
	for y := all.Min.Y; y < all.Max.Y; y++ {
		for x := all.Min.X; x < all.Max.X; x++ {
			got := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			if got.A == 255 && alike(got.R, want.R) && alike(got.G, want.G) && alike(got.B, want.B) {
				count++
			}
		}
	}
	return float64(count) / float64(all.Dx()*all.Dy())
}
