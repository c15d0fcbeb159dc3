package issue

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

const (
	// MaxFunctionConfig is the largest config.json of a cloud function, in bytes.
	MaxFunctionConfig = 64 << 10

	maxPermissions    = 500
	maxPermissionName = 128

	secretIDPrefix = "AKID"
	keyChars       = 32 // of a secret id behind its prefix, and of a secret key
)

// Function is a cloud function: code of an app's own that runs elsewhere and
// calls the API under a signature in place of an access token. It is
// immutable.
type Function struct {
	App  uint64 // the app's number
	Env  string // the cloud environment that it belongs to
	Name string
	// SecretID names the function in its calls, SecretKey signs them. The key
	// is kept as it is: who checks an HMAC needs what it was made with.
	SecretID  string
	SecretKey string
	APIs      []string // what its config.json permits, "wxacode.getUnlimited"; sorted
	ChangedAt time.Time
}

// May tells whether the function's config.json permits the API.
func (f *Function) May(api string) bool {
	_, ok := slices.BinarySearch(f.APIs, api)
	return ok
}

// Deployment is what a function is when it is put up, or put up again.
type Deployment struct {
	Env   string   // letters a to z, digits, _ and -; at most 40
	Name  string   // letters, digits, _ and -; at most 64
	APIs  []string // from [ParseFunctionConfig]
	Renew bool     // new credentials, and the old ones stop at once
}

var (
	envRule      = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`) // the rule of the platform's SDKs
	functionRule = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// Check says what is wrong with the names. Errors are [InvalidArgs].
func (d Deployment) Check() error {
	switch {
	case !envRule.MatchString(d.Env):
		return fail(InvalidArgs, "invalid environment", "%q is not 1 to 40 of a-z, 0-9, _ and -", clip(d.Env))
	case !functionRule.MatchString(d.Name):
		return fail(InvalidArgs, "invalid function name", "%q is not 1 to 64 of A-Z, a-z, 0-9, _ and -", clip(d.Name))
	}
	return nil
}

// ParseFunctionConfig is what a cloud function's config.json permits:
// permissions.openapi, sorted and without duplicates. Other keys are left
// alone. Everything that is wrong is [InvalidManifest].
func ParseFunctionConfig(data []byte) ([]string, error) {
	apis, err := parseFunctionConfig(data)
	if err != nil {
		return nil, &Error{Code: InvalidManifest, Message: "config.json cannot be used", Hint: err.Error(), Err: err}
	}
	return apis, nil
}

func parseFunctionConfig(data []byte) ([]string, error) {
	config, err := readObject(data, MaxFunctionConfig)
	if err != nil || isNull(config["permissions"]) {
		return nil, err
	}
	permissions, err := readKeys(config["permissions"])
	if err != nil {
		return nil, errors.New("permissions is not an object")
	}
	var apis []string
	if raw := permissions["openapi"]; !isNull(raw) && json.Unmarshal(raw, &apis) != nil {
		return nil, errors.New("permissions.openapi is not a list of strings")
	}
	slices.Sort(apis)
	apis = slices.Compact(apis)
	if len(apis) > maxPermissions {
		return nil, fmt.Errorf("permissions.openapi has %d names, at most %d are taken", len(apis), maxPermissions)
	}
	for _, api := range apis {
		if api == "" || len(api) > maxPermissionName {
			return nil, fmt.Errorf("permissions.openapi: %q is not a name of 1 to %d bytes", clip(api), maxPermissionName)
		}
	}
	return apis, nil
}

// NewFunctionKeys makes a random secret id, "AKID" and 32 letters and digits,
// and a random secret key of 32 letters and digits.
func NewFunctionKeys() (id, key string) {
	return secretIDPrefix + randomText(keyChars), randomText(keyChars)
}

// randomText is n random letters and digits.
func randomText(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	const fair = 256 - 256%len(letters) // bytes from here on would prefer some letters
	text := make([]byte, 0, n)
	for b := make([]byte, 1); len(text) < n; {
		_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
		if int(b[0]) < fair {
			text = append(text, letters[int(b[0])%len(letters)])
		}
	}
	return string(text)
}
