package main

import (
	"bufio"
	"bytes"
	_ "embed" // the page
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"text/template"
)

//go:embed report.md.tmpl
var page string

// peer is what others reach on an axis in nine of ten pictures: readers of QR codes, whose figures were measured once
// on a QR code of 29 bytes at level Q, drawn as wide as our codes.
type peer struct{ zxing, zbar, wechat string }

var peers = map[string]peer{
	"size":       {"56", "60", "40"},
	"blur":       {"3.5", "3", "4"},
	"tilt":       {"55", "70", "40"},
	"noise":      {"30", "20", "100"},
	"JPEG":       {"1", "4", "1"},
	"rotation":   {"100 %", "95 %", "100 %"},
	"contrast":   {"0.1", "0.04", "0.02"},
	"shadow":     {"0.6", "0.9", "0.9"},
	"disc":       {"none", "0.01", "0.02"},
	"centre":     {"0.06", "0.06", "0.08"},
	"edge strip": {"0.1", "0.1", "0.12"},
	"motion":     {"12", "10", "12"},
	"glare":      {"none", "0.15", "0.15"},
}

// Slug is the axis in file names and links.
func (c *curve) Slug() string { return strings.ReplaceAll(strings.ToLower(c.Name), " ", "-") }

// Row is the axis in the table of all: bars, what is reached, and what peers reach.
func (c *curve) Row() string {
	cells := []string{fmt.Sprintf("[%s](#%s), %s", c.Name, c.Slug(), c.Unit), bar(c.Least), bar(c.Aim)}
	if c.whole() {
		cells[1], cells[2] = "100 %", "100 %"
	}
	for i := range c.Rays {
		cells = append(cells, c.reachedText(i))
	}
	p, ok := peers[c.Name]
	if !ok {
		p = peer{"–", "–", "–"}
	}
	return "| " + strings.Join(append(cells, c.verdict(), p.zxing, p.zbar, p.wechat), " | ") + " |"
}

func bar(level float64) string {
	if level == 0 {
		return "–"
	}
	return number(level)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (c *curve) reachedText(rays int) string {
	n := c.reached(rays)
	switch {
	case c.whole():
		return fmt.Sprintf("%d %%", c.least(rays))
	case n == 0:
		return "none"
	}
	return number(c.Levels[n-1])
}

// verdict says which bars the first ray count meets.
func (c *curve) verdict() string {
	switch {
	case c.Least == 0:
		return "–"
	case c.meets(0, c.Aim):
		return "aim"
	case c.meets(0, c.Least):
		return "at least"
	}
	return "**missed**"
}

// Table is the axis as a table: a row a level, a column a ray count.
func (c *curve) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |", c.Unit)
	for _, rays := range c.Rays {
		fmt.Fprintf(&b, " %d rays |", rays)
	}
	b.WriteString("\n|--:|" + strings.Repeat("--:|", len(c.Rays)))
	for level, v := range c.Levels {
		name := number(v)
		if c.whole() {
			name = fmt.Sprintf("%v–%v", v, v+19)
		}
		fmt.Fprintf(&b, "\n| %s |", name)
		for i := range c.Rays {
			fmt.Fprintf(&b, " %d %% |", c.percent(i, level))
		}
	}
	return b.String()
}

// realRow is how many pictures of real codes are read after a damage, as the tests hold it.
type realRow struct{ Axis, Level, Pictures, Read string }

// realCodes takes the rows of real codes from the tests' table.
func realCodes(file string) ([]realRow, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rows []realRow
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) == 5 && f[0] == "real" {
			rows = append(rows, realRow{f[1], f[2], f[3], f[4]})
		}
	}
	return rows, lines.Err()
}

// write makes the page and its plots.
func (r *results) write(docs string, rows []realRow) error {
	var out bytes.Buffer
	data := struct {
		*results
		Real []realRow
	}{r, rows}
	if err := template.Must(template.New("page").Parse(page)).Execute(&out, data); err != nil {
		return err
	}
	plots := filepath.Join(docs, "images", "robustness")
	if err := os.MkdirAll(plots, 0o755); err != nil {
		return err
	}
	for _, c := range r.Curves {
		if err := os.WriteFile(filepath.Join(plots, c.Slug()+".svg"), c.plot(), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(docs, "ROBUSTNESS.md"), out.Bytes(), 0o644)
}

// print writes the shares of every level, a line for each axis and ray count.
func (r *results) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range r.Curves {
		for i, rays := range c.Rays {
			fmt.Fprintf(table, "%s\t%d rays\t", c.Name, rays)
			for level, v := range c.Levels {
				fmt.Fprintf(table, "%v: %d%%\t", v, c.percent(i, level))
			}
			fmt.Fprintln(table)
		}
	}
	fmt.Fprintf(table, "%d wrong\n", r.Wrong)
	return table.Flush()
}
