package suncode_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fencedBlock = regexp.MustCompile("(?ms)^```.*?^```")
	linkTarget  = regexp.MustCompile(`\]\(([^()\s]+)(?:\s+"[^"]*")?\)|\b(?:src|href|srcset)="([^"]+)"`)
	headingLine = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	anchorName  = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
)

// TestLinks follows every relative link of the project's pages, to the file and to the heading in it.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, "README.md", "CHANGELOG.md", "CONTRIBUTING.md")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, link := range linkTarget.FindAllStringSubmatch(prose(text), -1) {
			followLink(t, page, link[1]+link[2])
		}
	}
}

func followLink(t *testing.T, page, link string) {
	t.Helper()
	target, err := url.Parse(link)
	if err != nil {
		t.Errorf("%s: %v", page, err)
		return
	}
	if target.Scheme != "" || target.Host != "" {
		return
	}
	file := page
	if target.Path != "" {
		file = filepath.Join(filepath.Dir(page), filepath.FromSlash(target.Path))
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Errorf("%s links to %s, which is no file", page, link)
		return
	}
	if target.Fragment == "" || info.IsDir() || filepath.Ext(file) != ".md" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	if !anchors(prose(text))[target.Fragment] {
		t.Errorf("%s links to %s, but %s has no such heading", page, link, file)
	}
}

// prose is a page without its code blocks.
func prose(text []byte) string {
	return string(fencedBlock.ReplaceAll(text, nil))
}

// anchors are the names by which links reach the headings of a page, as GitHub makes them.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for _, heading := range headingLine.FindAllStringSubmatch(text, -1) {
		names[slug(heading[1])] = true
	}
	for _, anchor := range anchorName.FindAllStringSubmatch(text, -1) {
		names[anchor[1]] = true
	}
	return names
}

func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, heading)
}

func TestSlug(t *testing.T) {
	for heading, want := range map[string]string{
		"The three ideas":              "the-three-ideas",
		"§3.2 Rays & `Radii`, 72 each": "32-rays--radii-72-each",
	} {
		if got := slug(heading); got != want {
			t.Errorf("slug(%q) = %q, want %q", heading, got, want)
		}
	}
}
