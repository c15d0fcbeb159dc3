package cloudcall

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// clockSkew is how far the caller's clock and ours may be apart.
	clockSkew = 5 * time.Minute
	// longestLife is how long a signature is good at most, whatever it says: the SDK's own are for 10 minutes, and
	// before version 2 for 15.
	longestLife = 15 * time.Minute

	tc3Algorithm = "TC3-HMAC-SHA256"
	tc3Life      = 10 * time.Minute
)

// signature is what a request brings to say who made it.
type signature struct {
	secretID    string
	parts       []string // that it was made over, in lower case
	from, until time.Time
	hex         string
	sign        func(key string) []byte // the same signature, made with a key
}

// readSignature finds the signature of a request, in its headers or in its form. Errors are badSignature.
func readSignature(r *http.Request, f form) (signature, error) {
	if claim, ok := strings.CutPrefix(r.Header.Get("Authorization"), tc3Algorithm+" "); ok {
		return readTC3(r, f, claim)
	}
	if claim := f["authorization"]; claim != "" {
		return readSHA1(r, f, claim)
	}
	return signature{}, badSignature.because("the request is not signed")
}

// check tells whether the key made the signature, over what counts, and lately. Errors are badSignature.
func (s signature) check(key string, f form, now time.Time) error {
	for _, name := range []string{"action", "apiname", "envname"} {
		if f[name] != "" && !slices.Contains(s.parts, name) {
			return badSignature.because("the signature does not cover %s", name)
		}
	}
	if now.Before(s.from.Add(-clockSkew)) || now.After(s.until.Add(clockSkew)) {
		return badSignature.because("signature is expired: it is good from %s to %s and here it is %s", stamp(s.from), stamp(s.until), stamp(now))
	}
	claimed, err := hex.DecodeString(s.hex)
	if err != nil || subtle.ConstantTimeCompare(claimed, s.sign(key)) != 1 {
		return badSignature.because("signature is wrong: the secret key is another, or a proxy changed the request's host, path, query or headers")
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// readTC3 reads the signature that versions from 2 on put into the headers:
//
//	Credential=ID/DATE/tcb/tc3_request, SignedParams=a;b, SignedHeaders=c;d, Signature=HEX
func readTC3(r *http.Request, f form, claim string) (signature, error) {
	fields := map[string]string{}
	for item := range strings.SplitSeq(claim, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		fields[name] = value
	}
	seconds, err := strconv.ParseInt(r.Header.Get("X-Timestamp"), 10, 64)
	if err != nil {
		return signature{}, badSignature.because("X-Timestamp is no number of seconds")
	}
	made := time.Unix(seconds, 0).UTC()
	date := made.Format(time.DateOnly)
	secretID, scope, _ := strings.Cut(fields["Credential"], "/")
	if want := date + "/tcb/tc3_request"; scope != want {
		return signature{}, badSignature.because("the credential's scope is %.60q, which with this X-Timestamp has to be %q", scope, want)
	}
	s := signature{
		secretID: secretID, parts: strings.Split(fields["SignedParams"], ";"), hex: fields["Signature"],
		from: made, until: made.Add(tc3Life),
	}
	request := sha256.Sum256([]byte(canonicalTC3(r, f, s.parts, fields["SignedHeaders"])))
	toSign := fmt.Sprintf("%s\n%d\n%s\n%x", tc3Algorithm, seconds, scope, request)
	s.sign = func(key string) []byte {
		mac := []byte("TC3" + key)
		for _, text := range []string{date, "tcb", "tc3_request", toSign} {
			mac = hmacSHA256(mac, text)
		}
		return mac
	}
	return s, nil
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// canonicalTC3 is the request in the form that is signed. It differs from the cloud's own TC3 in two ways: the address
// is there with its host, and the parts of the form stand for the body, by their names and without the empty ones.
func canonicalTC3(r *http.Request, f form, parts []string, headers string) string {
	payload := sha256.New()
	for _, name := range parts {
		value := f[name]
		if name != "requestdata" { // which is bytes to the SDK, the others are text
			value = strings.TrimSpace(value)
		}
		if value != "" {
			payload.Write([]byte("&" + name + "=" + value + "\r\n"))
		}
	}
	host := strings.ToLower(r.Host)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n//%s%s\n%s\n", strings.ToLower(r.Method), host, r.URL.EscapedPath(), r.URL.RawQuery)
	for name := range strings.SplitSeq(headers, ";") {
		value := strings.ToLower(strings.TrimSpace(r.Header.Get(name)))
		switch {
		case name == "host":
			value = host
		case name == "content-type" && strings.HasPrefix(value, "multipart/form-data"):
			value = "multipart/form-data" // signed before there is a boundary
		}
		fmt.Fprintf(&b, "%s:%s\n", name, value)
	}
	fmt.Fprintf(&b, "\n%s\n%x", headers, payload.Sum(nil))
	return b.String()
}
