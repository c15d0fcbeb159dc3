package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// envPrefix begins every environment variable the program reads.
const envPrefix = "SUNCODE_"

// envAnnotation marks a flag that an environment variable can set.
const envAnnotation = "suncode.env"

// envName is the variable of a flag: --tls-cert is SUNCODE_TLS_CERT.
func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// bindEnv lets the environment set the named flags and says so in their help.
func bindEnv(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		bindEnvAs(flags, name, name)
	}
}

// bindEnvAs is bindEnv for a flag that shares another one's variable.
func bindEnvAs(flags *pflag.FlagSet, name, other string) {
	f := flags.Lookup(name)
	f.Usage += " [$" + envName(other) + "]"
	f.Annotations = map[string][]string{envAnnotation: {envName(other)}}
}

// readEnv fills the flags that the command line left alone. An empty variable
// counts as not set. It reports whether the values are well formed.
func readEnv(flags *pflag.FlagSet) error {
	var problems []error
	flags.VisitAll(func(f *pflag.Flag) {
		names := f.Annotations[envAnnotation]
		if f.Changed || len(names) == 0 {
			return
		}
		value := os.Getenv(names[0])
		if value == "" {
			return
		}
		if err := f.Value.Set(value); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", names[0], err))
		}
	})
	if err := errors.Join(problems...); err != nil {
		return usageError("a flag wins over its variable; docs/CONFIG.md lists both", "%w", err)
	}
	return nil
}

// isSet reports whether the command line or the environment gave the flag.
func isSet(flags *pflag.FlagSet, name string) bool {
	f := flags.Lookup(name)
	if f.Changed {
		return true
	}
	names := f.Annotations[envAnnotation]
	return len(names) > 0 && os.Getenv(names[0]) != ""
}

// choice is a flag that takes one of a few words.
type choice struct {
	value string
	words []string
}

// oneOf makes a choice whose first word is its default.
func oneOf(words ...string) choice { return choice{value: words[0], words: words} }

// String returns the chosen word.
func (c *choice) String() string { return c.value }

// Type is what the help shows for the value.
func (c *choice) Type() string { return strings.TrimPrefix(strings.Join(c.words, "|"), "|") }

// Set accepts one of the words.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("%q is not one of %s", s, strings.Join(c.words, ", "))
	}
	c.value = s
	return nil
}

// addChoice defines a choice flag with completion of its words.
func addChoice(cmd *cobra.Command, c *choice, name, usage string) {
	cmd.Flags().Var(c, name, usage)
	complete := cobra.FixedCompletions(c.words, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // the flag was defined a line above
	}
}

// dataFlag defines --data, the registry's folder.
func dataFlag(flags *pflag.FlagSet, dir *string) {
	flags.StringVar(dir, "data", defaultData, "the registry lies in `DIR`")
	bindEnv(flags, "data")
}

// defaultData is where the registry lies unless --data says otherwise.
const defaultData = "./suncode-data"
