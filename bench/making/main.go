// Command making compares the time that making a code takes with what others take for a part of it: encoding a picture
// that is already drawn, or a square code. All take turns on one thread. It prints a table, and with -doc keeps it in a
// page.
//
// libjpeg-turbo comes from Debian (libjpeg62-turbo-dev, with a C compiler and pkg-config) and is built in with
// -tags turbo, as `make bench` does where it finds it.
package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/suncode/suncode/bench/internal/report"
)

func main() {
	p := report.New("making", "making")
	rounds := p.Flags.Int("rounds", 15, "how many turns everybody takes")
	seconds := p.Flags.Duration("http", 2*time.Second, "how long to load each server")
	profile := p.Flags.String("profile", "", "file for a profile of the processor while codes are made over HTTP")
	p.Rival = report.Rival{
		Name: "libjpeg-turbo", Version: turboVersion(),
		Absent: "libjpeg-turbo is not built in: apt-get install libjpeg62-turbo-dev gcc pkg-config",
	}
	p.Main(func() (string, error) {
		var b strings.Builder
		if err := pictures(&b, *rounds); err != nil {
			return "", err
		}
		err := profiled(*profile, func(to io.Writer) error { return served(&b, *seconds, to) })
		return b.String(), err
	})
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
