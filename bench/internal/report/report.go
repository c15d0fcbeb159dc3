// Package report is what the programs of bench have in common: how they are run, the table that they print and with -doc
// keep in a page, and what a processor's time and a median are.
package report

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Program measures something and reports it.
type Program struct {
	Name  string        // of the command
	Part  string        // tells the page's tables from one another, in the lines around each; may be empty
	Flags *flag.FlagSet // its own ones; New makes it
	Rival Rival         // who it is measured against
}

// Rival is a program of others that is not everywhere. Without it a page keeps its table. The zero value needs nobody.
type Rival struct {
	Name    string
	Version string // "": it is not there
	Absent  string // what to say then: how to get it
}

// New makes a program. Its Flags and its Rival are set before it runs.
func New(name, part string) *Program {
	return &Program{Name: name, Part: part, Flags: flag.NewFlagSet(name, flag.ContinueOnError)}
}

// Main runs the program with the arguments of the process, and ends the process where that fails. What measure returns
// is Markdown.
func (p *Program) Main(measure func() (string, error)) {
	err := p.run(os.Args[1:], os.Stdout, os.Stderr, measure)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		os.Exit(1)
	}
}

func (p *Program) run(args []string, out, notes io.Writer, measure func() (string, error)) error {
	usage := "page whose table is to be replaced"
	if p.Rival.Name != "" {
		usage += ", if there is " + p.Rival.Name + " to compare with"
	}
	doc := p.Flags.String("doc", "", usage)
	if err := p.Flags.Parse(args); err != nil {
		return err
	}
	alone := p.Rival.Name != "" && p.Rival.Version == ""
	if alone {
		fmt.Fprintln(notes, p.Rival.Absent)
	}
	text, err := measure()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, text); err != nil || *doc == "" || alone {
		return err
	}
	return p.replace(*doc, text)
}

// replace puts a table where the page's stands.
func (p *Program) replace(page, text string) error {
	data, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	part := ""
	if p.Part != "" {
		part = ", " + p.Part
	}
	begin, end := "<!-- table: make bench"+part+" -->\n", "<!-- end of table"+part+" -->\n"
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, okEnd := strings.Cut(rest, end)
	if !ok || !okEnd {
		return errors.New(page + " has no place for the table")
	}
	return os.WriteFile(page, []byte(before+begin+text+end+after), 0o644)
}

// Head is the head of a Markdown table whose first column is text and the others numbers.
func Head(columns ...string) string {
	return "| " + strings.Join(columns, " | ") + " |\n|---|" + strings.Repeat("--:|", len(columns)-1) + "\n"
}
