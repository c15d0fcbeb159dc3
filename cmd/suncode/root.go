package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `Suncode makes and reads sun codes, the round codes that open a mini program.

It answers the mini program code API on a host of your own, so that the SDKs
and scripts you have keep working; it keeps the registry of apps behind it,
scans pictures, and redraws the codes it finds. Codes made here open in your
scanner, not in the platform's app.`

const rootExample = `  suncode serve                                start, with a demo app and a curl line to paste
  suncode app add --data DIR --name Shop       a new app: its appid and secret
  suncode app publish --data DIR APPID ./shop  publish its pages
  suncode batch scenes.csv -o out              a code for each row
  suncode scan poster.jpg                      read the codes in a picture
  suncode trace photo.jpg -o clean.svg         draw the code again, clean
  suncode launch code.jpg --project ./shop     run the page that it opens`

// newRoot builds the whole command tree, fresh for each run.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:               "suncode",
		Short:             "Make and read sun codes",
		Long:              rootLong,
		Example:           rootExample,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		RunE:              group,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return readEnv(cmd.Flags()) },
	}
	root.AddGroup(&cobra.Group{ID: "make", Title: "Make codes:"}, &cobra.Group{ID: "read", Title: "Read codes:"})
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if not .HasAvailableSubCommands}}", 1))
	root.AddCommand(newServe(), newApp(), newBatch(), newCloud(), newKey(), newScan(), newTrace(), newCheck(), newLaunch(), newDevtools(), newHealth(), newVersion())
	return root
}

// group is what a command with verbs below it does on its own: it shows its
// help, or names the nearest verb when the one given does not exist.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return usageError(nearestVerb(cmd, args[0]), "unknown command %q for %q", args[0], cmd.CommandPath())
}

func nearestVerb(cmd *cobra.Command, given string) string {
	cmd.SuggestionsMinimumDistance = 2
	if names := cmd.SuggestionsFor(given); len(names) > 0 {
		return "did you mean " + strings.Join(names, " or ") + "?"
	}
	return "'" + cmd.CommandPath() + " --help' lists what there is"
}

// flagError turns the flag parser's error into a usage error that names the
// nearest flag.
func flagError(cmd *cobra.Command, err error) error {
	hint := "'" + cmd.CommandPath() + " --help' lists the flags"
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if name := nearestFlag(cmd.Flags(), unknown.GetSpecifiedName()); name != "" {
			hint = "did you mean --" + name + "?"
		}
	}
	return usageError(hint, "%w", err)
}

func nearestFlag(flags *pflag.FlagSet, given string) string {
	best, bestDistance := "", 3
	flags.VisitAll(func(f *pflag.Flag) {
		d := editDistance(given, f.Name)
		if strings.HasPrefix(f.Name, given) && len(given) > 1 {
			d = min(d, 1)
		}
		if d < bestDistance {
			best, bestDistance = f.Name, d
		}
	})
	return best
}

// editDistance is the number of letters to insert, delete or replace to make
// one word of the other.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// args checks the number of arguments, in the program's own words.
func args(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		switch {
		case len(given) < least:
			return usageError("usage: "+cmd.UseLine(), "%s needs %s", cmd.CommandPath(), what)
		case most >= 0 && len(given) > most:
			return usageError("usage: "+cmd.UseLine(), "unexpected argument %q", given[most])
		}
		return nil
	}
}
