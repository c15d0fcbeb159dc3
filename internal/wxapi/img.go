package wxapi

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/suncode/suncode/internal/qrcode"
	"github.com/suncode/suncode/internal/reading"
	"github.com/suncode/suncode/scan"
)

// maxImg is the largest picture file that imgQRCode takes, and maxImgForm is it within a form, in bytes.
const (
	maxImg     = 2 << 20
	maxImgForm = maxImg + 64<<10
)

type imgJSON struct {
	verdict
	CodeResults []codeJSON `json:"code_results"`
	ImgSize     sizeJSON   `json:"img_size"`
}

type codeJSON struct {
	TypeName string  `json:"type_name"` // WX_CODE or QR_CODE
	Data     string  `json:"data"`
	Pos      posJSON `json:"pos"`
}

// posJSON is a code's square, whose corners have their names from the code's own top.
type posJSON struct {
	LeftTop     pointJSON `json:"left_top"`
	RightTop    pointJSON `json:"right_top"`
	RightBottom pointJSON `json:"right_bottom"`
	LeftBottom  pointJSON `json:"left_bottom"`
}

// pointJSON is a place in the picture, in pixels.
type pointJSON struct {
	X int `json:"x"`
	Y int `json:"y"`
}

type sizeJSON struct {
	W int `json:"w"`
	H int `json:"h"`
}

// imgQRCode is POST /cv/img/qrcode: what the codes in a picture say. The picture is the file of a form. An img_url is
// never fetched: the server would visit addresses, within its own network too, for whoever has a token.
func (h *Handler) imgQRCode(c *call) (answer, error) {
	if c.Method != http.MethodPost {
		return answer{}, wantsPost.because("%s", c.Method)
	}
	if _, err := h.identify(c); err != nil {
		return answer{}, err
	}
	upload, err := h.receiveImg(c)
	if upload != nil {
		defer upload.Release()
	}
	if err != nil {
		return answer{}, err
	}
	seen, err := h.Reader.Read(c.Context(), upload.Data, true)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return answer{}, err
	case errors.Is(err, reading.ErrTooLarge):
		return answer{}, largeMedia.because("the picture has more than %d pixels", h.Reader.MaxPixels())
	case err != nil:
		return answer{}, badFileType.because("no JPEG, PNG or WebP picture, or a damaged one: %v", err)
	}
	return said(imgJSON{worked, codesIn(seen), sizeJSON{seen.Size.X, seen.Size.Y}})
}

// receiveImg takes the picture out of the body.
func (h *Handler) receiveImg(c *call) (*reading.Upload, error) {
	mediaType, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if mediaType != "multipart/form-data" || params["boundary"] == "" {
		if c.URL.Query().Has("img_url") {
			return nil, badImgURL.because("this server fetches no img_url: send the picture as img, the file of a multipart form")
		}
		return nil, noMedia.because("the body is no multipart form with a file")
	}
	file, err := reading.FormFile(multipart.NewReader(http.MaxBytesReader(c.w, c.Body, maxImgForm), params["boundary"]))
	var upload *reading.Upload
	if err == nil {
		upload, err = h.Reader.Receive(io.LimitReader(file, maxImg+1))
	}
	_, long := errors.AsType[*http.MaxBytesError](err)
	switch {
	case long, err == nil && len(upload.Data) > maxImg:
		return upload, largeMedia.because("the file is longer than %d bytes", maxImg)
	case errors.Is(err, reading.ErrBusy):
		return upload, systemError.because("too many pictures at once")
	case err != nil:
		return upload, noMedia.because("the form has no whole file in it: %v", err)
	}
	return upload, nil
}

// codesIn are the codes that were seen, the round ones first.
func codesIn(seen reading.Sight) []codeJSON {
	codes := make([]codeJSON, 0, len(seen.Codes)+len(seen.Square))
	for i := range seen.Codes {
		r := &seen.Codes[i]
		data, ok := r.Text()
		if raw, ours := r.Ticket(); !ok && ours {
			data = base64.RawURLEncoding.EncodeToString(raw)
		}
		codes = append(codes, codeJSON{"WX_CODE", data, posOf(r.Corners, func(p scan.Point) (x, y float64) { return p.X, p.Y })})
	}
	for _, f := range seen.Square {
		codes = append(codes, codeJSON{"QR_CODE", f.Text, posOf(f.Corners, func(p qrcode.Point) (x, y float64) { return p.X, p.Y })})
	}
	return codes
}

// posOf rounds corners, which go clockwise from the left top.
func posOf[P any](corners [4]P, at func(P) (x, y float64)) posJSON {
	var p [4]pointJSON
	for i, corner := range corners {
		x, y := at(corner)
		p[i] = pointJSON{int(math.Round(x)), int(math.Round(y))}
	}
	return posJSON{p[0], p[1], p[2], p[3]}
}
