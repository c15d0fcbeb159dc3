package scanapi

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/suncode/suncode/internal/problem"
	"github.com/suncode/suncode/internal/reading"
	"github.com/suncode/suncode/scan"
)

// maxPicture is the largest picture file, and maxForm is it within a form, in bytes.
const (
	maxPicture = 20 << 20
	maxForm    = maxPicture + 64<<10
)

// codeJSON is a code in an answer. Only a ticket has a target, or an error that says why it leads nowhere.
type codeJSON struct {
	Text      *string        `json:"text"`
	Ticket    *string        `json:"ticket"`
	Rays      int            `json:"rays"`
	Type      int            `json:"type"`
	Mask      int            `json:"mask"`
	Corrected int            `json:"corrected"`
	Corners   [4][2]float64  `json:"corners"` // x, y in pixels of the picture
	Target    *targetJSON    `json:"target,omitempty"`
	Error     *problem.Error `json:"error,omitempty"`
}

// scan is POST /suncode/v1/scan: a picture, as the body or as the file of a form.
func (h *Handler) scan(w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		return nil, wantsPost.Because("send a POST")
	}
	form, known := forms[r.URL.Query().Get("format")]
	if !known {
		return nil, badRequest.Because("format is %.40q: leave it out, or take scancode", r.URL.Query().Get("format"))
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	file, err := pictureFile(r)
	if err != nil {
		return nil, bodyProblem(w, err, maxPicture)
	}
	upload, err := h.Reader.Receive(io.LimitReader(file, maxPicture+1))
	defer upload.Release()
	if err != nil {
		return nil, bodyProblem(w, err, maxPicture)
	}
	if len(upload.Data) > maxPicture {
		return nil, bodyProblem(w, &http.MaxBytesError{Limit: maxPicture}, maxPicture)
	}
	seen, err := h.Reader.Read(r.Context(), upload.Data, form.square)
	if err != nil {
		return nil, h.pictureProblem(err)
	}
	if len(seen.Codes)+len(seen.Square) == 0 {
		return nil, noCode.Because("the picture is readable, but there is no code in it that could be read")
	}
	return form.answer(h, seen), nil
}

// forms are the forms of the answer by what format asks for. square tells whether QR codes count.
var forms = map[string]struct {
	square bool
	answer func(*Handler, reading.Sight) any
}{
	"": {false, func(h *Handler, seen reading.Sight) any {
		codes := make([]codeJSON, len(seen.Codes))
		for i := range seen.Codes {
			codes[i] = h.describe(&seen.Codes[i])
		}
		return map[string]any{"codes": codes}
	}},
	"scancode": {true, (*Handler).scanCode},
}

// curlType is what curl --data-binary calls any body.
const curlType = "application/x-www-form-urlencoded"

// pictureFile finds the picture in the request.
func pictureFile(r *http.Request) (io.Reader, error) {
	contentType := r.Header.Get("Content-Type")
	if contentType == "" {
		return r.Body, nil
	}
	mediaType, params, _ := mime.ParseMediaType(contentType)
	switch {
	case strings.HasPrefix(mediaType, "image/"), mediaType == "application/octet-stream", mediaType == curlType:
		return r.Body, nil
	case mediaType == "multipart/form-data" && params["boundary"] != "":
		return reading.FormFile(multipart.NewReader(r.Body, params["boundary"]))
	}
	return nil, wrongType.Because("send the picture with Content-Type image/jpeg, image/png or image/webp, or as the file of a multipart form; this is %.60q", contentType)
}

// pictureProblem is what to answer when a picture could not be looked at.
func (h *Handler) pictureProblem(err error) error {
	switch {
	case errors.Is(err, reading.ErrUnsupported):
		return foreignFormat.Because("this is no JPEG, PNG or WebP picture")
	case errors.Is(err, reading.ErrTooLarge):
		return tooLarge.Because("the picture has more than %d million pixels", h.Reader.MaxPixels()/1_000_000)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return damagedPicture.Hiding(err.Error(), "the picture is damaged")
}

// hundredths keeps two digits of a coordinate: more are noise.
func hundredths(x float64) float64 { return math.Round(x*100) / 100 }

// describe puts a code into the form of the answer, and adds where it leads.
func (h *Handler) describe(r *scan.Result) codeJSON {
	level := r.Symbol.Level
	j := codeJSON{Rays: level.Rays(), Type: int(level), Mask: r.Symbol.Mask, Corrected: r.Corrected}
	for i, corner := range r.Corners {
		j.Corners[i] = [2]float64{hundredths(corner.X), hundredths(corner.Y)}
	}
	if text, ok := r.Text(); ok {
		j.Text = &text
	}
	raw, ok := r.Ticket()
	if !ok {
		return j
	}
	ticket := base64.RawURLEncoding.EncodeToString(raw)
	j.Ticket = &ticket
	target, err := h.Resolver.Resolve(raw)
	if err == nil {
		j.Target = h.targetOf(target)
		return j
	}
	p := problemOf(err)
	if p.Failure == problem.Internal {
		h.Log.Error("scan call", "ticket", ticket, "reason", p.Error())
	}
	j.Error = p
	return j
}
