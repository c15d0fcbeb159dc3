package cloudcall

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

const (
	// maxBody is the longest body, in bytes. The API itself reads no more than a quarter of it; the rest is for the
	// tokens that the platform gives its functions.
	maxBody = 256 << 10
	// maxParts is the largest number of parts; the SDK sends up to ten.
	maxParts = 32
)

// form is the parts of a body by their names in lower case, as signatures have them. Files are parts like any other.
type form map[string]string

// readForm reads a whole multipart body. A body longer than maxBody is left unread, and its connection is closed after
// the answer. Errors are badRequest.
func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || kind != "multipart/form-data" || params["boundary"] == "":
		return nil, badRequest.because("the body is not multipart/form-data: this gateway answers wx.openApi and nothing else")
	case r.ContentLength > maxBody:
		return nil, tooLong()
	}
	f, err := parseForm(http.MaxBytesReader(w, r.Body, maxBody), params["boundary"])
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, tooLong()
	}
	if _, told := errors.AsType[*refusal](err); err != nil && !told {
		return nil, badRequest.because("the body is no multipart form: %v", err)
	}
	return f, err
}

func tooLong() error { return badRequest.because("the body is longer than %d bytes", maxBody) }

func parseForm(body io.Reader, boundary string) (form, error) {
	f := form{}
	for parts := multipart.NewReader(body, boundary); ; {
		part, err := parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF) && len(f) == 0:
			return nil, badRequest.because("the form has no parts, or another boundary than its Content-Type says")
		case errors.Is(err, io.EOF):
			return f, nil
		case err != nil:
			return nil, err
		}
		name := strings.ToLower(part.FormName())
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		_, twice := f[name]
		switch {
		case name == "":
			return nil, badRequest.because("a part of the form has no name")
		case twice:
			return nil, badRequest.because("the form has two parts %.40q", name)
		case len(f) == maxParts:
			return nil, badRequest.because("the form has more than %d parts", maxParts)
		}
		f[name] = string(value)
	}
}
