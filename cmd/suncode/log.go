package main

import (
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// newLogger writes to w as text or JSON from the given level on, and blanks
// secrets and tokens wherever they would appear.
func newLogger(w io.Writer, format, level string) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		panic(err) // the flag admits only slog's own words
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: blankAttr}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// blank stands where a secret stood.
const blank = "[hidden]"

// secretValue finds a secret or token given as a query parameter or a JSON
// field inside a longer text.
var secretValue = regexp.MustCompile(`(?i)((?:access_token|appsecret|secret)["']?\s*[=:]\s*["']?)[^&\s"',}]+`)

// blankAttr hides attributes that are secret by name, and secrets inside any
// other text.
func blankAttr(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	if strings.Contains(key, "secret") || strings.Contains(key, "token") || key == "authorization" {
		return slog.String(a.Key, blank)
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(blankText(v))
	case error:
		a.Value = slog.StringValue(blankText(v.Error()))
	}
	return a
}

func blankText(s string) string {
	return secretValue.ReplaceAllString(s, "${1}"+blank)
}
