package cloudcall

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"mime/multipart"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

// encode writes a message with the fields that it has.
func (m message) encode() string {
	var data []byte
	for _, p := range m.pairs {
		var b []byte
		for i, value := range []string{p.key, p.value, p.mediaType} {
			b = protowire.AppendTag(b, protowire.Number(i+1), protowire.BytesType)
			b = protowire.AppendString(b, value)
		}
		data = protowire.AppendTag(data, 1, protowire.BytesType)
		data = protowire.AppendBytes(data, b)
	}
	b := protowire.AppendTag(nil, 1, protowire.VarintType)
	b = protowire.AppendVarint(b, uint64(m.apiType))
	b = protowire.AppendTag(b, 2, protowire.BytesType)
	b = protowire.AppendBytes(b, data)
	b = protowire.AppendTag(b, 6, protowire.BytesType)
	return string(protowire.AppendString(b, m.appID))
}

// FuzzMessage holds for any requestData: what cannot be read is INVALID_PARAM; what can be read is the same when it is
// written and read again; and its body, if it has one, is a JSON object with as many members as there are parameters,
// whatever stands in them.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(encodeMessage(0, "")))
	f.Add([]byte(encodeMessage(0, "wx1", "scene", `"a=1"`, "lineColor", `{"r":0,"g":"12"}`, "scene", "null")))
	f.Add([]byte(encodeMessage(1<<64-1, "", "a", "1,\"b\":2")))
	f.Add([]byte("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\x12\x00"))
	f.Add([]byte("\x12\x02\x0a\x00\x12\x02\x0a\x00\x13\x14\x39\x00\x01\x02\x03\x04\x05\x06\x07"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMessage(string(data))
		if err != nil {
			wantBadRequest(t, err)
			return
		}
		again, err := parseMessage(m.encode())
		if diff := cmp.Diff(m, again, cmp.AllowUnexported(message{}, pair{})); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
		body, err := m.body()
		if err != nil {
			wantBadRequest(t, err)
			return
		}
		d := json.NewDecoder(bytes.NewReader(body))
		if start, err := d.Token(); err != nil || start != json.Delim('{') {
			t.Fatalf("%s: %v", body, err)
		}
		for range m.pairs {
			if _, err := d.Token(); err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if err := d.Decode(new(json.RawMessage)); err != nil {
				t.Fatalf("%s: %v", body, err)
			}
		}
		if end, err := d.Token(); err != nil || end != json.Delim('}') || d.More() {
			t.Fatalf("%s: %v", body, err)
		}
	})
}

func wantBadRequest(t *testing.T, err error) {
	t.Helper()
	if r, ok := errors.AsType[*refusal](err); !ok || r.fault != badRequest || r.message == "" {
		t.Fatalf("refused with %v", err)
	}
}

// FuzzForm holds for any body: what is read is within the bounds, and is the same when it is written and read again.
func FuzzForm(f *testing.F) {
	body, contentType, _ := newRequest(unlimited, "scene", `"a=1"`).form(f)
	_, boundary, _ := strings.Cut(contentType, "boundary=")
	f.Add(strings.ReplaceAll(body.String(), boundary, "b"))
	f.Add("--b\r\nContent-Disposition: form-data; name=\"A\"; filename=\"f\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--b--\r\n")
	f.Add("--b\r\n\r\nx\r\n--b--")
	f.Add("--b\nContent-Disposition: form-data; name=a\n\n\n--b\nContent-Disposition: form-data; name=A\n\n\n--b--\n")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := parseForm(strings.NewReader(body), "b")
		if err != nil {
			return
		}
		if len(got) == 0 || len(got) > maxParts {
			t.Fatalf("%d parts", len(got))
		}
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, name := range slices.Sorted(maps.Keys(got)) {
			if name == "" || name != strings.ToLower(name) {
				t.Fatalf("a part %q", name)
			}
			if strings.ContainsAny(name, "\r\n") {
				return // a name that a writer escapes and a reader does not
			}
			if err := w.WriteField(name, got[name]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := parseForm(&b, w.Boundary())
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
	})
}

// FuzzClaim holds that no claim whatever is taken, or ends the program.
func FuzzClaim(f *testing.F) {
	q := newRequest(unlimited, "scene", `"a=1"`)
	f.Add(q.http(f, "http://127.0.0.1").Header.Get("Authorization"), "1795333376", "")
	q.signSHA1(f, span(0, 1), "action", "apiname", "envname")
	f.Add("", "", q.parts["authorization"])
	r := newRig(f, nil, unlimited)
	f.Fuzz(func(t *testing.T, header, stamp, part string) {
		q := newRequest(unlimited, "scene", `"other"`)
		q.key, q.parts["authorization"] = "", part
		_, contentType, parts := q.form(t)
		request := q.http(t, "http://127.0.0.2")
		request.Header = map[string][]string{"Content-Type": {contentType}, "Authorization": {header}, "X-Timestamp": {stamp}}
		err := r.identify(&call{Request: request, form: parts, api: unlimited})
		if refused, ok := errors.AsType[*refusal](err); !ok || refused.fault != badSignature {
			t.Fatalf("got %v", err)
		}
	})
}
