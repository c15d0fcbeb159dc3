package issue

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/suncode/suncode/ticket"
)

const (
	// MaxName is the longest name of an app, in characters.
	MaxName = 64

	appIDPrefix = "wx"
	appIDBytes  = 8 // 16 hex digits
)

// Envs are the three environments in which an app can have a version.
var Envs = [...]ticket.Env{ticket.Release, ticket.Trial, ticket.Develop}

// ParseEnv reads "release", "trial" or "develop"; anything else, the empty
// string too, is [InvalidArgs].
func ParseEnv(name string) (ticket.Env, error) {
	env, ok := ticket.ParseEnv(name)
	if !ok {
		return 0, fail(InvalidArgs, "invalid environment", "env_version %q is none of release, trial, develop", clip(name))
	}
	return env, nil
}

// App is a mini program that codes lead to. It is immutable: a change of the
// registry makes a new one, which the next [Snapshot] holds.
type App struct {
	Number    uint64 // 1..ticket.MaxApp, given once
	AppID     string // "wx" and 16 lower-case hex digits
	Name      string
	Demo      bool // made by the first start
	CreatedAt time.Time
	Secret    Secret
	Art       *Art
	Pages     *Pages // every page that ever had a number, of any version
	Paths     *Paths // every path that it has a code for
	Versions  [len(Envs)]*Version
	Functions []*Function    // by environment and name
	Networks  []netip.Prefix // where its secret may be used from; none is everywhere
	ClearedAt time.Time      // when its daily counters last began anew on demand
}

// Version is the current published version of the app in env; false means
// that nothing is published there.
func (a *App) Version(env ticket.Env) (*Version, bool) {
	if int(env) >= len(a.Versions) || a.Versions[env] == nil {
		return nil, false
	}
	return a.Versions[env], true
}

// Version is one publication of an app in one environment: the pages that its
// app.json lists. Versions are immutable and kept for ever; the newest of an
// environment is the current one.
type Version struct {
	ID          uint64
	Env         ticket.Env
	Home        string // the page that opens when a code names none
	PublishedAt time.Time

	pages   []string
	numbers map[string]uint64
}

// NewVersion puts together a version whose pages, in the order of app.json,
// have the numbers at the same places. Home must be one of them.
func NewVersion(id uint64, env ticket.Env, home string, publishedAt time.Time, pages []string, numbers []uint64) (*Version, error) {
	if len(pages) != len(numbers) {
		return nil, fmt.Errorf("issue: version %d has %d pages and %d numbers", id, len(pages), len(numbers))
	}
	v := &Version{ID: id, Env: env, Home: home, PublishedAt: publishedAt, pages: pages}
	v.numbers = make(map[string]uint64, len(pages))
	for i, page := range pages {
		v.numbers[page] = numbers[i]
	}
	if _, ok := v.numbers[home]; !ok {
		return nil, fmt.Errorf("issue: version %d: home page %q is not among its pages", id, home)
	}
	return v, nil
}

// Pages are the version's pages in the order of app.json. The caller must not
// change the slice.
func (v *Version) Pages() []string { return v.pages }

// Number is the page's number; false means that the version lacks the page.
func (v *Version) Number(page string) (uint64, bool) {
	n, ok := v.numbers[page]
	return n, ok
}

// Draft is a new app before the [Store] gives it a number.
type Draft struct {
	AppID  string
	Name   string
	Demo   bool
	Secret Secret
	Logo   []byte // a PNG, JPEG or WebP file, empty: none
	Badge  []byte
}

// NewDraft checks what a new app is made of and gives it a random appid and
// secret. The second result is the secret in plain text: it is shown once and
// stored nowhere. Errors are [InvalidArgs] and [InvalidArt].
func NewDraft(name string, logo, badge []byte) (Draft, string, error) {
	secret, plain := NewSecret()
	d := Draft{AppID: NewAppID(), Name: name, Secret: secret, Logo: logo, Badge: badge}
	if err := d.Check(); err != nil {
		return Draft{}, "", err
	}
	return d, plain, nil
}

// Check says what is wrong with the draft's name, logo or badge. Errors are
// [InvalidArgs] and [InvalidArt].
func (d Draft) Check() error {
	if err := checkName(d.Name); err != nil {
		return err
	}
	if _, err := ParseLogo(d.Logo); err != nil {
		return err
	}
	_, err := ParseBadge(d.Badge)
	return err
}

// NewAppID makes a random appid: "wx" and 16 lower-case hex digits.
func NewAppID() string {
	id := make([]byte, appIDBytes)
	_, _ = rand.Read(id) // never fails: crypto/rand ends the program instead
	return appIDPrefix + hex.EncodeToString(id)
}

func checkName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fail(InvalidArgs, "invalid name", "an app needs a name")
	case !utf8.ValidString(name):
		return fail(InvalidArgs, "invalid name", "the name is not UTF-8")
	case utf8.RuneCountInString(name) > MaxName:
		return fail(InvalidArgs, "invalid name", "the name is longer than %d characters", MaxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fail(InvalidArgs, "invalid name", "the name has a control character")
	}
	return nil
}

// clip shortens a caller's value so that a hint stays a line.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
