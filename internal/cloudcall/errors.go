package cloudcall

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// fault is a reason for which the gateway does not carry a call through.
type fault struct {
	code   string // by its name in JSON, which the SDK turns into a number; or
	number int32  // by its number in a protobuf message, to which the SDK adds the text
}

// The names are the SDK's own, misspelt as they are there. It has no number for SIGN_PARAM_INVALID, which is what the
// platform's gateway sends, and takes it for SYS_ERR.
var (
	systemError  = fault{code: "SYS_ERR"}
	badEnv       = fault{code: "INVALIID_ENV"}
	badRequest   = fault{code: "INVALID_PARAM"}
	badSignature = fault{code: "SIGN_PARAM_INVALID"}
	unknownAPI   = fault{number: -604100}
	forbidden    = fault{number: -604101}
)

// label is the fault as logs and metrics have it.
func (f fault) label() string {
	if f.number != 0 {
		return strconv.Itoa(int(f.number))
	}
	return f.code
}

// refusal is a fault with what is wrong in this call. The message goes to the caller and to the log: it never holds a
// key or a signature.
type refusal struct {
	fault
	message string
}

// Error is the message.
func (r *refusal) Error() string { return r.message }

func (f fault) because(format string, args ...any) *refusal {
	return &refusal{fault: f, message: fmt.Sprintf(format, args...)}
}

// answer is the refusal as the SDK understands it.
func (r *refusal) answer(id string) answer {
	if r.number != 0 {
		return reply{errorCode: r.number}.answer()
	}
	body, err := json.Marshal(struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"requestId"`
	}{r.code, r.message, id})
	if err != nil {
		panic(err) // strings always encode
	}
	return answer{contentType: jsonType, body: body}
}
