package scanapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/suncode/suncode/internal/legible"
)

// maxCheck is the longest body of a check, in bytes: a logo of 4 MiB in base64, and the rest. Of a logo only the head
// is looked at.
const maxCheck = 6 << 20

// check is POST /suncode/v1/check: whether a code will scan in these colours and this size.
func (h *Handler) check(w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		return nil, wantsPost.Because("send a POST")
	}
	upload, err := h.Reader.Receive(http.MaxBytesReader(w, r.Body, maxCheck))
	defer upload.Release()
	if err != nil {
		return nil, bodyProblem(w, err, maxCheck)
	}
	var request legible.Request
	decoder := json.NewDecoder(bytes.NewReader(upload.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return nil, badRequest.Because("the body is no question: %s", wrong(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, badRequest.Because("the body goes on after the question")
	}
	question, err := request.Question()
	if err != nil {
		return nil, badRequest.Because("%s", strings.TrimPrefix(err.Error(), legible.ErrRequest.Error()+": "))
	}
	return legible.Check(question), nil
}

// wrong says what is wrong with a body of JSON in the words of JSON.
func wrong(err error) string {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	var want string
	switch e.Type.Kind() {
	case reflect.Struct:
		return "it is a JSON " + e.Value + ", want an object"
	case reflect.Bool:
		want = "a boolean"
	case reflect.Int, reflect.Float64:
		want = "a number"
	default:
		want = "a string"
	}
	return fmt.Sprintf("%s is a JSON %s, want %s", e.Field, e.Value, want)
}
