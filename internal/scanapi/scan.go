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

	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/scan"
)

// maxPicture is the largest picture file, and maxForm is it within a form, in bytes.
const (
	maxPicture = 20 << 20
	maxForm    = maxPicture + 64<<10
)

// codeJSON is a code in an answer. Only a ticket has a target, or an error that says why it leads nowhere.
type codeJSON struct {
	Text      *string       `json:"text"`
	Ticket    *string       `json:"ticket"`
	Rays      int           `json:"rays"`
	Type      int           `json:"type"`
	Mask      int           `json:"mask"`
	Corrected int           `json:"corrected"`
	Corners   [4][2]float64 `json:"corners"` // x, y in pixels of the picture
	Target    *targetJSON   `json:"target,omitempty"`
	Error     *errorJSON    `json:"error,omitempty"`
}

// scan is POST /suncode/v1/scan: a picture, as the body or as the file of a form.
func (h *Handler) scan(w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		return nil, wantsPost.because("send a POST")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	file, err := pictureFile(r)
	if err != nil {
		return nil, bodyProblem(w, err, maxPicture)
	}
	upload, err := h.uploads.receive(io.LimitReader(file, maxPicture+1))
	defer upload.release()
	if err != nil {
		return nil, bodyProblem(w, err, maxPicture)
	}
	if len(upload.data) > maxPicture {
		return nil, bodyProblem(w, &http.MaxBytesError{Limit: maxPicture}, maxPicture)
	}
	results, err := h.look(r.Context(), upload.data)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, noCode.because("the picture is readable, but there is no code in it that could be read")
	}
	codes := make([]codeJSON, len(results))
	for i := range results {
		codes[i] = h.describe(&results[i])
	}
	return map[string]any{"codes": codes}, nil
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
		return formFile(multipart.NewReader(r.Body, params["boundary"]))
	}
	return nil, wrongType.because("send the picture with Content-Type image/jpeg, image/png or image/webp, or as the file of a multipart form; this is %.60q", contentType)
}

// formFile is the first file of the form, whatever its field is called.
func formFile(form *multipart.Reader) (io.Reader, error) {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, badRequest.because("the form has no file in it")
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return part, nil
		}
	}
}

// look reads the codes of a picture file once it is its turn.
func (h *Handler) look(ctx context.Context, data []byte) ([]scan.Result, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	img, _, err := picture.DecodeWithin(data, h.MaxPixels)
	switch {
	case errors.Is(err, picture.ErrUnsupported):
		return nil, foreignFormat.because("this is no JPEG, PNG or WebP picture")
	case errors.Is(err, picture.ErrTooLarge):
		return nil, tooLarge.because("the picture has more than %d million pixels", h.MaxPixels/1_000_000)
	case err != nil:
		return nil, &problem{damagedPicture, "the picture is damaged", err.Error()}
	}
	return h.find(ctx, img, scan.Options{}), ctx.Err()
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
		j.Target = targetOf(target)
		return j
	}
	p := problemOf(err)
	if p.failure == internalError {
		h.Log.Error("scan call", "ticket", ticket, "reason", p.Error())
	}
	j.Error = p.json()
	return j
}
