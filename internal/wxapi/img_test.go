package wxapi

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// img sends a form with data as its file, or without a name as a plain field.
func (r *rig) img(name string, data []byte) reply {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	field, err := form.CreateFormField("img")
	if name != "" {
		field, err = form.CreateFormFile("img", name)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = field.Write(data)
	_ = form.Close()
	return r.do(http.MethodPost, imgPath+"?access_token="+r.token, &body, http.Header{"Content-Type": {form.FormDataContentType()}})
}

// TestImgQRCode reads a picture with a round code and the square one of the same server.
func TestImgQRCode(t *testing.T) {
	r := newRig(t, nil)
	round := wantPicture(t, r.code(`{"scene":"a=1&b=2","width":300}`))
	square := wantPicture(t, r.call(squarePath, `{"path":"pages/index/index?x=1","width":300}`))
	both := image.NewNRGBA(image.Rect(0, 0, 800, 420))
	draw.Draw(both, both.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(both, image.Rect(40, 60, 340, 360), round, image.Point{}, draw.Src)
	draw.Draw(both, image.Rect(450, 60, 750, 360), square, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, both); err != nil {
		t.Fatal(err)
	}
	got := r.img("both.png", b.Bytes())
	var answer imgJSON
	if err := json.Unmarshal(got.body, &answer); err != nil || !strings.HasPrefix(string(got.body), `{"errcode":0,"errmsg":"ok","code_results":[{"type_name":"WX_CODE","data":"`) {
		t.Fatalf("%v %s", err, got.body)
	}
	if diff := cmp.Diff(sizeJSON{800, 420}, answer.ImgSize); diff != "" || len(answer.CodeResults) != 2 {
		t.Fatalf("%s %s", diff, got.body)
	}
	for i, want := range []struct {
		kind, data string
		least      image.Rectangle
	}{
		{"WX_CODE", "", image.Rect(60, 80, 320, 340)},
		{"QR_CODE", "https://codes.example.com/c/", image.Rect(510, 120, 690, 300)},
	} {
		c := answer.CodeResults[i]
		if c.TypeName != want.kind || !strings.HasPrefix(c.Data, want.data) || c.Data == want.data {
			t.Errorf("got %+v, want %+v", c, want)
		}
		square := image.Rect(c.Pos.LeftTop.X, c.Pos.LeftTop.Y, c.Pos.RightBottom.X, c.Pos.RightBottom.Y)
		if !want.least.In(square) || !square.In(want.least.Inset(-60)) || c.Pos.RightTop.Y > c.Pos.LeftBottom.Y {
			t.Errorf("%s at %+v", c.TypeName, c.Pos)
		}
	}
}

func TestImgQRCodeNothing(t *testing.T) {
	r := newRig(t, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 50, 40))); err != nil {
		t.Fatal(err)
	}
	want := `{"errcode":0,"errmsg":"ok","code_results":[],"img_size":{"w":50,"h":40}}`
	if got := r.img("x.png", b.Bytes()); string(got.body) != want || got.Header.Get("Content-Type") != gatewayType {
		t.Errorf("got %s %s, want %s", got.Header.Get("Content-Type"), got.body, want)
	}
}
