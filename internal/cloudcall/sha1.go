package cloudcall

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // versions before 2 of the SDK sign with nothing else, and as an HMAC it holds
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// readSHA1 reads the signature that versions before 2 put into the form. It does not cover requestData.
//
//	q-sign-algorithm=sha1&q-ak=ID&q-sign-time=FROM;UNTIL&q-key-time=FROM;UNTIL&q-header-list=a;b&q-url-param-list=c;d&q-signature=HEX
func readSHA1(r *http.Request, f form, claim string) (signature, error) {
	fields := map[string]string{}
	for item := range strings.SplitSeq(claim, "&") {
		name, value, _ := strings.Cut(item, "=")
		fields[name] = value
	}
	from, until, err := parseSpan(fields["q-sign-time"])
	if err != nil || fields["q-sign-algorithm"] != "sha1" {
		return signature{}, badSignature.because("authorization has no sha1 signature with a time")
	}
	s := signature{
		secretID: fields["q-ak"], parts: strings.Split(fields["q-url-param-list"], ";"), hex: fields["q-signature"],
		from: from, until: until,
	}
	request := sha1.Sum([]byte(canonicalSHA1(r, f, s.parts, fields["q-header-list"]))) //nolint:gosec // see the import
	toSign := fmt.Sprintf("sha1\n%s\n%x\n", fields["q-sign-time"], request)
	s.sign = func(key string) []byte {
		dayKey := hex.EncodeToString(hmacSHA1(key, fields["q-key-time"]))
		return hmacSHA1(dayKey, toSign)
	}
	return s, nil
}

func hmacSHA1(key, text string) []byte {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// parseSpan reads FROM;UNTIL in Unix seconds, and cuts it off after longestLife.
func parseSpan(span string) (from, until time.Time, err error) {
	first, last, _ := strings.Cut(span, ";")
	begin, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return from, until, err
	}
	end, err := strconv.ParseInt(last, 10, 64)
	from = time.Unix(begin, 0)
	until = time.Unix(min(end, begin+int64(longestLife/time.Second)), 0)
	return from, until, err
}

// canonicalSHA1 is the request in the form that is signed: the parts and headers that the signature names, percent-
// encoded. The path is the platform's, wherever the request went.
func canonicalSHA1(r *http.Request, f form, parts []string, headers string) string {
	params := make([]string, len(parts))
	for i, name := range parts {
		params[i] = escape(name) + "=" + escape(f[name])
	}
	var signed []string
	for name := range strings.SplitSeq(headers, ";") {
		signed = append(signed, escape(name)+"="+escape(r.Header.Get(name)))
	}
	return fmt.Sprintf("%s\n/admin\n%s\n%s\n", strings.ToLower(r.Method), strings.Join(params, "&"), strings.Join(signed, "&"))
}

var strict = strings.NewReplacer("!", "%21", "'", "%27", "(", "%28", ")", "%29", "*", "%2A")

// escape percent-encodes all but letters, digits and the four of -_.~ that are left.
func escape(s string) string { return strict.Replace(issue.EncodeURIComponent(s)) }
