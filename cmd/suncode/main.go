// Command suncode makes and reads sun codes: it answers the mini program code
// API on a host of its own, keeps the registry of apps behind it, scans
// pictures and redraws the codes in them.
//
// A verb is a file. What a verb prints as its result goes to standard output,
// everything else to standard error; exit codes are in failure.go and
// docs/CLI.md.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:]))
}

// run carries out one command line on the process's own streams and returns
// the exit code.
func run(ctx context.Context, args []string) int {
	if len(args) == 1 && args[0] == engineVerb {
		return runEngine(os.Stdin, os.Stdout)
	}
	cmd := newRoot()
	cmd.SetArgs(args)
	cmd.SetIn(os.Stdin)
	cmd.SetOut(os.Stdout)
	cmd.SetErr(os.Stderr)
	return report(cmd.ErrOrStderr(), cmd.ExecuteContext(ctx))
}
