package batchapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/problem"
)

const (
	// maxSettings is how long settings may be in all, in bytes.
	maxSettings = 64 << 10
	// maxFieldCount is how many settings a form may have.
	maxFieldCount = 100

	// readPause is how long a caller may send nothing, and readAll how long an upload may take.
	readPause = 30 * time.Second
	readAll   = time.Hour
)

// forms are the media types of sources.
var forms = map[string]batch.Form{
	"text/csv":                  batch.CSV,
	"text/tab-separated-values": batch.TSV,
	"application/x-ndjson":      batch.JSONLines,
	"application/jsonl":         batch.JSONLines,
	"application/x-jsonlines":   batch.JSONLines,
	"text/plain":                batch.Lines,
}

// untold are the media types that say nothing of a source: what curl --data-binary calls any body, and none.
var untold = map[string]bool{"": true, "application/x-www-form-urlencoded": true, "application/octet-stream": true}

// upload is a source with what is known of it.
type upload struct {
	source io.Reader // nil: there is none
	form   batch.Form
	title  string
}

// create is POST of a batch.
func (h *Handler) create(c *call) (any, error) {
	if err := h.Desk.Admit(c.Context(), c.app.Number); err != nil {
		return nil, err
	}
	if h.Upload > 0 && c.ContentLength > h.Upload+maxSettings {
		return nil, tooLarge.Because("the upload has %d bytes, at most %d are allowed", c.ContentLength, h.Upload)
	}
	if encoding := c.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, wrongType.Because("send the upload as it is: Content-Encoding is %.40q", encoding)
	}
	if h.Upload > 0 {
		c.Body = http.MaxBytesReader(c.w.ResponseWriter, c.Body, h.Upload+maxSettings)
	}
	body := &patient{Reader: c.Body, control: c.control, end: time.Now().Add(readAll)}
	query, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return nil, badRequest.Because("the query cannot be read: %v", err)
	}
	s := settings(query)
	delete(s, "access_token")
	up, err := receive(c.Header.Get("Content-Type"), body, s)
	if err != nil {
		return nil, err
	}
	r, err := s.request(up.form, up.title)
	if err != nil {
		return nil, err
	}
	if counted := r.Spec.Form == batch.Pattern || r.Spec.Form == batch.RandomIDs; counted == (up.source != nil) {
		return nil, wrongSource(counted)
	}
	r.App = c.app.Number
	o, err := h.Desk.Place(c.Context(), r, up.source)
	if err != nil {
		return nil, err
	}
	c.w.Header().Set("Location", fmt.Sprintf("%s/%d", Path, o.ID))
	return h.describe(&o), nil
}

// wrongSource is the error of a source that there should not be, or should be.
func wrongSource(counted bool) error {
	if counted {
		return badRequest.Because("a pattern or a count of random ids takes no upload beside it")
	}
	return badRequest.Because("there is nothing to make: upload scenes, or set pattern, or count, alphabet and length")
}

// receive finds the source in a body, and adds the settings that are with it to s.
func receive(contentType string, body io.Reader, s settings) (upload, error) {
	mediaType, params, _ := mime.ParseMediaType(contentType) // what is none is not among those known
	switch {
	case contentType == "" || untold[mediaType]:
		return raw(body, "", sniff)
	case forms[mediaType] != "":
		return raw(body, forms[mediaType], nil)
	case mediaType == "application/json":
		return upload{}, s.readJSON(body)
	case mediaType == "multipart/form-data" && params["boundary"] != "":
		return s.readForm(multipart.NewReader(body, params["boundary"]))
	}
	return upload{}, wrongType.Because("%.60q is not text/csv, text/tab-separated-values, application/x-ndjson, text/plain, application/json or multipart/form-data", contentType)
}

// raw is a body that is a source. An empty one is none.
func raw(body io.Reader, form batch.Form, guess func([]byte) batch.Form) (upload, error) {
	buffered := bufio.NewReaderSize(body, sniffed)
	start, err := buffered.Peek(sniffed)
	switch {
	case len(start) == 0 && errors.Is(err, io.EOF):
		return upload{form: form}, nil
	case err != nil && !errors.Is(err, io.EOF):
		return upload{}, err
	case guess != nil:
		form = guess(start)
	}
	return upload{source: buffered, form: form}, nil
}

// sniffed is how much of a source is looked at to tell its form, in bytes.
const sniffed = 4096

// sniff tells the form of a source by its first line: an object is JSON lines, a tab is TSV, a comma or the one word
// scene is CSV, and anything else is lines.
func sniff(start []byte) batch.Form {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), []byte("\n"))
	line = bytes.TrimSpace(line)
	switch {
	case bytes.HasPrefix(line, []byte("{")):
		return batch.JSONLines
	case bytes.ContainsRune(line, '\t'):
		return batch.TSV
	case bytes.ContainsRune(line, ','), strings.EqualFold(strings.Trim(string(line), `"`), "scene"):
		return batch.CSV
	}
	return batch.Lines
}

// readJSON adds the settings of a JSON object.
func (s settings) readJSON(body io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(body, maxSettings+1))
	switch {
	case err != nil:
		return err
	case len(data) > maxSettings:
		return tooLarge.Because("the settings are longer than %d bytes; scenes are uploaded as CSV, JSON lines or lines", maxSettings)
	}
	more, err := jsonSettings(data)
	for name, values := range more {
		s[name] = append(s[name], values...)
	}
	return err
}

// readForm adds the fields of a form, and finds its file, which comes last.
func (s settings) readForm(form *multipart.Reader) (upload, error) {
	left := maxSettings
	for range maxFieldCount {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return upload{}, nil
		case err != nil:
			return upload{}, formProblem(err)
		case part.FileName() != "" || part.FormName() == "file":
			return file(form, part)
		}
		value, err := io.ReadAll(io.LimitReader(part, int64(left)+1))
		if err != nil {
			return upload{}, formProblem(err)
		}
		if left -= len(value); left < 0 {
			return upload{}, tooLarge.Because("the settings are longer than %d bytes", maxSettings)
		}
		s[part.FormName()] = append(s[part.FormName()], string(value))
	}
	return upload{}, tooLarge.Because("the form has more than %d fields", maxFieldCount)
}

// file is a form's file. Its own Content-Type counts, then the ending of its name, then what it looks like.
func file(form *multipart.Reader, part *multipart.Part) (upload, error) {
	name := path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
	title := strings.TrimSuffix(name, path.Ext(name))
	mediaType, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")) // what is none is not among those known
	known, guess := forms[mediaType], sniff
	if ending := batch.FormOf(name); ending != batch.Lines || strings.EqualFold(path.Ext(name), ".txt") {
		known = ending
	}
	if known != "" {
		guess = nil
	}
	up, err := raw(&lastPart{part, form}, known, guess)
	up.title = title
	return up, err
}

// lastPart reads the file of a form, and makes sure that nothing follows it.
type lastPart struct {
	*multipart.Part
	form *multipart.Reader
}

// Read implements [io.Reader].
func (l *lastPart) Read(p []byte) (int, error) {
	n, err := l.Part.Read(p)
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return n, formProblem(err)
	}
	if _, err := l.form.NextPart(); err == nil {
		return n, badRequest.Because("put the fields of the form before its one file")
	} else if !errors.Is(err, io.EOF) {
		return n, formProblem(err)
	}
	return n, io.EOF
}

// formProblem tells a form that is none from one that could not be read to its end.
func formProblem(err error) error {
	if p := problemOf(err); p.Failure != problem.Internal {
		return err
	}
	return badRequest.Hiding(err.Error(), "the form is not multipart/form-data, or breaks off")
}

// patient reads a body for as long as something comes, and for no longer than end: the server's own bound on reading
// is for small requests. Behind the body nothing bounds the wait for what is done with it.
type patient struct {
	io.Reader
	control *http.ResponseController
	end     time.Time
	set     time.Time // when the bound was last moved
}

// Read implements [io.Reader].
func (p *patient) Read(data []byte) (int, error) {
	if now := time.Now(); now.Sub(p.set) > time.Second {
		p.set = now
		until := now.Add(readPause)
		if until.After(p.end) {
			until = p.end
		}
		if err := p.control.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return 0, err
		}
	}
	n, err := p.Reader.Read(data)
	if errors.Is(err, io.EOF) {
		_ = p.control.SetReadDeadline(time.Time{}) // where it is not supported there is no bound to lift
	}
	return n, broken(err)
}

// broken is the error of reading a body, which is the caller's: what the connection says of its end is for the log.
func broken(err error) error {
	_, large := errors.AsType[*http.MaxBytesError](err)
	e, network := errors.AsType[net.Error](err)
	switch {
	case err == nil, errors.Is(err, io.EOF), large, network && e.Timeout():
		return err
	}
	return cutOff.Hiding(err.Error(), "the upload ends before its end")
}
