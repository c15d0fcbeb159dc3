package suncode

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tests of spec_*_test.go hold docs/SPEC.md to the code. Tables and figures between the marks
// "<!-- generated: NAME -->" and "<!-- end -->" are made here; tables that people write (masks, alphabets) are read and
// executed.

var update = flag.Bool("update", false, "write what the tests generate in docs")

const specFile = "docs/SPEC.md"

func readSpec(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// holdBlock compares a generated block of the specification with what it must be, or writes it.
func holdBlock(t *testing.T, name, want string) {
	t.Helper()
	text := readSpec(t)
	open := "<!-- generated: " + name + " -->\n"
	_, after, found := strings.Cut(text, open)
	got, _, closed := strings.Cut(after, "<!-- end -->")
	if !found || !closed {
		t.Fatalf("%s has no block %s", specFile, name)
	}
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("%s, block %s (-want +got), go test -run Spec -update . writes it:\n%s", specFile, name, cmp.Diff(want, got))
	}
	text = strings.Replace(text, open+got, open+want, 1)
	if err := os.WriteFile(specFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// holdFile compares a generated file with what it must be, or writes it. A mismatch is saved for a look.
func holdFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err == nil && string(got) == want {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	ext := filepath.Ext(path)
	saved := filepath.Join("testdata", strings.TrimSuffix(filepath.Base(path), ext)+".got"+ext)
	if err := os.WriteFile(saved, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Errorf("%s is not what the code gives: see %s; go test -run Spec -update . writes it", path, saved)
}

// table is a Markdown table of rows of equal length, the first one its head.
func table(rows ...[]string) string {
	rule := slices.Repeat([]string{"---"}, len(rows[0]))
	var b strings.Builder
	for _, row := range slices.Insert(rows, 1, rule) {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// row formats the cells of a table.
func row(cells ...any) []string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = fmt.Sprint(c)
	}
	return texts
}

// tableAfter reads the first Markdown table below a line of the specification that begins with heading, without head
// and rule. Backquotes around a cell are taken off.
func tableAfter(t *testing.T, heading string) [][]string {
	t.Helper()
	_, after, found := strings.Cut(readSpec(t), "\n"+heading)
	if !found {
		t.Fatalf("%s has no heading %q", specFile, heading)
	}
	var rows [][]string
	for line := range strings.Lines(after) {
		inner, isRow := strings.CutPrefix(strings.TrimSpace(line), "|")
		if !isRow {
			if len(rows) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.TrimSuffix(inner, "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(cells[i], "` ")
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("%s has no table below %q", specFile, heading)
	}
	return rows[2:]
}

// TestSpecDataPlaces holds the table of SPEC.md 4.4: rays that keep the same data places, with their bits' number.
func TestSpecDataPlaces(t *testing.T) {
	rows := [][]string{row("rays", "data places k", "bits each")}
	for _, kind := range []string{"main", "added"} {
		groups := map[string][]string{}
		var order []string
		for ray := range RaySlots {
			if (ray%2 == 1) != (kind == "main") {
				continue
			}
			ks := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(dataRadii(ray))), ", "), "[]")
			if groups[ks] == nil {
				order = append(order, ks)
			}
			groups[ks] = append(groups[ks], strconv.Itoa(ray))
		}
		for i, ks := range order {
			rays := kind + ": " + strings.Join(groups[ks], ", ")
			if i == 0 {
				rays = kind + ": all others"
			}
			bits := len(strings.FieldsFunc(ks, func(r rune) bool { return r == ',' }))
			if ks == "" {
				ks = "none"
			}
			rows = append(rows, row(rays, ks, bits))
		}
	}
	holdBlock(t, "data places", table(rows...))
}

// TestSpecTotals holds the table of SPEC.md 4.5.
func TestSpecTotals(t *testing.T) {
	rows := [][]string{row("rays", "fixed", "format", "data", "repeat", "codewords")}
	for _, rays := range []int{36, 54, 72} {
		count := map[CellKind]int{}
		for _, ray := range Plan(rays) {
			for _, cell := range ray {
				count[cell.Kind]++
			}
		}
		rows = append(rows, row(rays, count[Fixed], count[Format], count[Data], count[Repeat], count[Data]/8))
	}
	holdBlock(t, "totals", table(rows...))
}

// TestSpecLevels holds the table of SPEC.md 5.1.
func TestSpecLevels(t *testing.T) {
	rows := [][]string{row("type", "rays", "codewords", "data", "parity", "corrects", "characters", "bytes")}
	for _, l := range Levels {
		rows = append(rows, row(int(l), l.Rays(), l.Codewords(), l.DataCodewords(), l.Parity(), l.Parity()/2,
			l.TextCapacity(), l.ByteCapacity()))
	}
	holdBlock(t, "levels", table(rows...))
}

// TestSpecFormatBasis holds the table of SPEC.md 5.2.
func TestSpecFormatBasis(t *testing.T) {
	rows := [][]string{row("bit of N", "hexadecimal", "cells, first to last")}
	for i, word := range formatBasis {
		rows = append(rows, row(i, fmt.Sprintf("`%05X`", word), fmt.Sprintf("`%018b`", word)))
	}
	holdBlock(t, "format basis", table(rows...))
}

// TestSpecVectors holds the table of SPEC.md 11: what the vector files have.
func TestSpecVectors(t *testing.T) {
	rows := [][]string{row("file", "symbols", "type 7", "type 4", "type 8", "type 2", "mask ids at 36 rays", "at 54", "at 72", "characters")}
	for _, file := range []string{"made.json", "real.json"} {
		data, err := os.ReadFile("testdata/vectors/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ Vectors []vector }
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		types, masks := map[Level]int{}, map[int]map[int]bool{36: {}, 54: {}, 72: {}}
		shortest, longest := 60, 0
		for _, s := range v.Vectors {
			types[s.Type]++
			masks[s.Rays][s.Mask] = true
			shortest, longest = min(shortest, len(s.Text)), max(longest, len(s.Text))
		}
		rows = append(rows, row("`"+file+"`", len(v.Vectors), types[Level36H], types[Level36L], types[Level54], types[Level72],
			len(masks[36]), len(masks[54]), len(masks[72]), fmt.Sprintf("%d to %d", shortest, longest)))
	}
	holdBlock(t, "vectors", table(rows...))
}

// TestSpecClauses follows every clause number that a Go comment of the module cites to its heading.
func TestSpecClauses(t *testing.T) {
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (\d+(?:\.\d+)*) `).FindAllStringSubmatch(readSpec(t), -1) {
		headings[m[1]] = true
	}
	cited := regexp.MustCompile(`SPEC\.md (\d+(?:\.\d+)*)(?:(?:,| and| to) (\d+\.\d+))*`)
	number := regexp.MustCompile(`\d+(?:\.\d+)*`)
	citations := 0
	err := filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, citation := range cited.FindAllString(string(source), -1) {
			for _, clause := range number.FindAllString(strings.TrimPrefix(citation, "SPEC.md"), -1) {
				citations++
				if !headings[clause] {
					t.Errorf("%s cites clause %s, which %s does not have", path, clause, specFile)
				}
			}
		}
		return nil
	})
	if err != nil || citations < 20 {
		t.Errorf("%d citations found, %v", citations, err)
	}
}
