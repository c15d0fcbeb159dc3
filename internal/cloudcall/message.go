package cloudcall

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is what a call says: the platform's CommApiData, of which an open API needs three fields.
//
//	message CommApiData  { int32 apiType = 1; OpenApiData openapiData = 2; string appid = 6; }
//	message OpenApiData  { repeated KeyValuePair pairs = 1; }
//	message KeyValuePair { string key = 1; bytes value = 2; string contenttype = 3; string filename = 4; }
type message struct {
	apiType int32 // 0 is an open API
	pairs   []pair
	appID   string // of the app to call for, "" for the caller's own
}

// pair is a parameter: JSON in UTF-8, or a file if it has a media type.
type pair struct {
	key, value, mediaType string
}

// field is a number and a type in a protobuf message. A known number with another type is an unknown field.
type field struct {
	number protowire.Number
	kind   protowire.Type
}

// number is a field that is a varint, text one that is bytes, a string or a message.
func number(n protowire.Number) field { return field{n, protowire.VarintType} }
func text(n protowire.Number) field   { return field{n, protowire.BytesType} }

// parseMessage reads a CommApiData. Errors are badRequest.
func parseMessage(data string) (message, error) {
	var m message
	err := eachField([]byte(data), func(f field, n uint64, data []byte) error {
		switch f {
		case number(1):
			m.apiType = int32(n)
		case text(2):
			return m.addPairs(data)
		case text(6):
			m.appID = string(data)
		}
		return nil
	})
	if err != nil {
		return message{}, badRequest.because("requestData is no CommApiData message: %v", err)
	}
	return m, nil
}

// addPairs reads an OpenApiData.
func (m *message) addPairs(data []byte) error {
	return eachField(data, func(f field, _ uint64, data []byte) error {
		if f != text(1) {
			return nil
		}
		p, err := parsePair(data)
		m.pairs = append(m.pairs, p)
		return err
	})
}

func parsePair(data []byte) (p pair, err error) {
	err = eachField(data, func(f field, _ uint64, data []byte) error {
		switch f {
		case text(1):
			p.key = string(data)
			if !utf8.Valid(data) {
				return errors.New("a key is not UTF-8")
			}
		case text(2):
			p.value = string(data)
		case text(3):
			p.mediaType = string(data)
		}
		return nil
	})
	return p, err
}

// eachField calls do for the fields of a message, with n for a varint and data for bytes.
func eachField(b []byte, do func(f field, n uint64, data []byte) error) error {
	for len(b) > 0 {
		num, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return protowire.ParseError(size)
		}
		b = b[size:]
		var n uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			data, size = protowire.ConsumeBytes(b)
		default:
			size = protowire.ConsumeFieldValue(num, kind, b)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		b = b[size:]
		if err := do(field{num, kind}, n, data); err != nil {
			return err
		}
	}
	return nil
}

// body is the JSON object that the parameters are, for the API to judge: keys that are unknown or there twice stay so.
// The SDK writes keys in snake case unless told not to; here both do. Errors are badRequest.
func (m message) body() ([]byte, error) {
	var b bytes.Buffer
	for i, p := range m.pairs {
		if p.mediaType != "" || !json.Valid([]byte(p.value)) {
			return nil, badRequest.because("the parameter %.40q is not JSON", p.key)
		}
		key, err := json.Marshal(snakeCase(p.key))
		if err != nil {
			return nil, err
		}
		b.WriteByte("{,"[min(i, 1)])
		b.Write(key)
		b.WriteByte(':')
		b.WriteString(p.value)
	}
	if len(m.pairs) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// snakeCase is lineColor as line_color.
func snakeCase(key string) string {
	var b strings.Builder
	for _, c := range []byte(key) {
		if 'A' <= c && c <= 'Z' {
			b.WriteByte('_')
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// reply is what goes back: the platform's CommOpenApiResp.
//
//	message CommOpenApiResp { bytes respData = 1; string contentType = 2; int32 errorCode = 3; uint32 httpCode = 4; }
type reply struct {
	data      []byte
	mediaType string
	errorCode int32 // of the gateway; 0 says that the API answered
	httpCode  uint32
}

func (r reply) encode() []byte {
	b := make([]byte, 0, len(r.data)+len(r.mediaType)+32)
	if len(r.data) > 0 {
		b = protowire.AppendTag(b, 1, protowire.BytesType)
		b = protowire.AppendBytes(b, r.data)
	}
	if r.mediaType != "" {
		b = protowire.AppendTag(b, 2, protowire.BytesType)
		b = protowire.AppendString(b, r.mediaType)
	}
	if r.errorCode != 0 {
		b = protowire.AppendTag(b, 3, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(r.errorCode))
	}
	if r.httpCode != 0 {
		b = protowire.AppendTag(b, 4, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(r.httpCode))
	}
	return b
}
