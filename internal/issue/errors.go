package issue

import (
	"errors"
	"fmt"
)

// Code is the kind of an [Error]: a small closed set, which each way in and
// out of the program maps to its own wire.
type Code int

// The kinds of failure that a caller can be told about. Everything else
// (a full disk, a closed database) is not an [Error] and is the server's
// fault.
const (
	// Internal is what [CodeOf] gives for an error that is not an [Error].
	Internal Code = iota
	// InvalidArgs: an environment, a name or another argument breaks its rule.
	InvalidArgs
	// InvalidWidth: the width cannot be drawn.
	InvalidWidth
	// SceneLength: the scene is missing, empty or longer than 32 characters.
	SceneLength
	// InvalidScene: the scene has a character outside the allowed 82.
	InvalidScene
	// ReservedPage: the page contains the reserved word scancode_time.
	ReservedPage
	// InvalidPage: the page breaks a rule or is not in the published version.
	InvalidPage
	// NotPublished: the app has no version in that environment.
	NotPublished
	// PathLength: the path is missing, empty or too long.
	PathLength
	// InvalidPath: the path cannot be opened as it is written.
	InvalidPath
	// PathsSpent: the app has all the codes with a path that it may have.
	PathsSpent
	// RateLimited: too many calls in this minute.
	RateLimited
	// QuotaSpent: too many calls today.
	QuotaSpent
	// ClearsSpent: the daily counters began anew too often this month.
	ClearsSpent
	// UnknownApp: no app has that appid or number.
	UnknownApp
	// InvalidSecret: the secret is not the app's.
	InvalidSecret
	// MissingToken: no access token was given.
	MissingToken
	// InvalidToken: the access token was never given, was given for a secret
	// that has since been replaced, or was superseded by a newer one.
	InvalidToken
	// ExpiredToken: the access token has come to the end of its time.
	ExpiredToken
	// MalformedTicket: the bytes are not a ticket.
	MalformedTicket
	// ForgedTicket: the seal is not this registry's.
	ForgedTicket
	// UnknownTicket: well-formed, but of a key, an app or a page that this
	// registry never gave: another registry's code.
	UnknownTicket
	// InvalidManifest: the app.json or the project folder cannot be published.
	InvalidManifest
	// InvalidArt: the logo or the badge is not a picture that can be used.
	InvalidArt
	// BadRegistry: the data folder cannot be opened as a registry.
	BadRegistry
)

var codeNames = [...]string{
	Internal:        "internal",
	InvalidArgs:     "invalid_args",
	InvalidWidth:    "invalid_width",
	SceneLength:     "scene_length",
	InvalidScene:    "invalid_scene",
	ReservedPage:    "reserved_page",
	InvalidPage:     "invalid_page",
	NotPublished:    "not_published",
	PathLength:      "path_length",
	InvalidPath:     "invalid_path",
	PathsSpent:      "paths_spent",
	RateLimited:     "rate_limited",
	QuotaSpent:      "quota_spent",
	ClearsSpent:     "clears_spent",
	UnknownApp:      "unknown_app",
	InvalidSecret:   "invalid_secret",
	MissingToken:    "missing_token",
	InvalidToken:    "invalid_token",
	ExpiredToken:    "expired_token",
	MalformedTicket: "malformed_ticket",
	ForgedTicket:    "forged_ticket",
	UnknownTicket:   "unknown_ticket",
	InvalidManifest: "invalid_manifest",
	InvalidArt:      "invalid_art",
	BadRegistry:     "bad_registry",
}

// String is the code's name in lower case with underscores, fit for logs,
// metrics and JSON.
func (c Code) String() string {
	if c < 0 || int(c) >= len(codeNames) {
		return fmt.Sprintf("code(%d)", int(c))
	}
	return codeNames[c]
}

// Codes lists every code, [Internal] first, so that a table that maps them
// can be tested for holes.
func Codes() []Code {
	codes := make([]Code, len(codeNames))
	for i := range codes {
		codes[i] = Code(i)
	}
	return codes
}

// Error is a failure that the caller can do something about.
type Error struct {
	Code    Code
	Message string // for the public: what is wrong, without the caller's values
	Hint    string // for the log and the command line: which field, which rule, what to do
	Err     error  // the cause, may be nil
}

// Error is the message and, after a colon, the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + ": " + e.Hint
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of the first [Error] in err's chain, and [Internal] when
// there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

func fail(code Code, message, hint string, args ...any) *Error {
	return &Error{Code: code, Message: message, Hint: fmt.Sprintf(hint, args...)}
}
