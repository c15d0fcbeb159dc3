// Command making compares the time that making a code takes with what others take for a part of it: encoding a picture
// that is already drawn, or a square code. All take turns on one thread. It prints a table, and with -doc keeps it in a
// page.
//
// libjpeg-turbo comes from Debian (libjpeg62-turbo-dev, with a C compiler and pkg-config) and is built in with
// -tags turbo, as `make bench` does where it finds it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "making:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("making", flag.ContinueOnError)
	rounds := flags.Int("rounds", 15, "how many turns everybody takes")
	seconds := flags.Duration("http", 2*time.Second, "how long to load each server")
	profile := flags.String("profile", "", "file for a profile of the processor while codes are made over HTTP")
	doc := flags.String("doc", "", "page whose table is to be replaced, if there is libjpeg-turbo to compare with")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if turboVersion() == "" {
		fmt.Fprintln(os.Stderr, "libjpeg-turbo is not built in: apt-get install libjpeg62-turbo-dev gcc pkg-config")
	}
	var b strings.Builder
	if err := pictures(&b, *rounds); err != nil {
		return err
	}
	if err := profiled(*profile, func(to io.Writer) error { return served(&b, *seconds, to) }); err != nil {
		return err
	}
	fmt.Print(b.String())
	if *doc == "" || turboVersion() == "" {
		return nil
	}
	return replaceTable(*doc, b.String())
}

// profiled hands a file over, or nil when it has no name.
func profiled(name string, run func(io.Writer) error) error {
	if name == "" {
		return run(nil)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(run(file), file.Close())
}

// The table stands between these lines of the page.
const tableBegin, tableEnd = "<!-- table: make bench, making -->\n", "<!-- end of table, making -->\n"

func replaceTable(page, text string) error {
	data, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), tableBegin)
	_, after, okEnd := strings.Cut(rest, tableEnd)
	if !ok || !okEnd {
		return errors.New(page + " has no place for the table")
	}
	return os.WriteFile(page, []byte(before+tableBegin+text+tableEnd+after), 0o644)
}
