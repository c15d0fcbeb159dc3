package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write the tables of the docs anew")

// verbs are all commands that do something, help and completion aside.
func verbs(cmd *cobra.Command) []*cobra.Command {
	var found []*cobra.Command
	for _, c := range cmd.Commands() {
		if c.HasSubCommands() {
			found = append(found, verbs(c)...)
		} else {
			found = append(found, c)
		}
	}
	return found
}

// configTable is the table of docs/CONFIG.md as the flags have it. A flag that
// several verbs have is described by the first.
func configTable() string {
	var b strings.Builder
	b.WriteString("| flag | environment | default | meaning |\n|---|---|---|---|\n")
	seen := map[string]bool{}
	root := newRoot()
	serve, _, err := root.Find([]string{"serve"})
	if err != nil {
		panic(err)
	}
	for _, cmd := range append([]*cobra.Command{serve}, verbs(root)...) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			env := f.Annotations[envAnnotation]
			if len(env) == 0 || seen[f.Name] {
				return
			}
			seen[f.Name] = true
			kind, usage := pflag.UnquoteUsage(f)
			usage = strings.TrimSuffix(usage, " [$"+env[0]+"]")
			value := "none"
			if f.DefValue != "" {
				value = "`" + f.DefValue + "`"
			}
			flag := strings.ReplaceAll(strings.TrimSpace("--"+f.Name+" "+kind), "|", `\|`)
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", flag, env[0], value, usage)
		})
	}
	return b.String()
}

func TestConfigPage(t *testing.T) {
	compareTable(t, "CONFIG.md", "flags", configTable())
}

// exitTable is the table of exit codes in docs/CLI.md.
func exitTable() string {
	var b strings.Builder
	b.WriteString("| code | when |\n|---|---|\n")
	for code, when := range exitMeanings {
		fmt.Fprintf(&b, "| %d | %s |\n", code, when)
	}
	return b.String()
}

func TestExitCodes(t *testing.T) {
	compareTable(t, "CLI.md", "exit codes", exitTable())
}

// compareTable holds the table behind the marker in a page of the docs to want.
func compareTable(t *testing.T, page, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", page)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?m)^<!-- table: ` + name + ` -->\n((?:\|.*\n)*)`)
	at := table.FindSubmatchIndex(text)
	if at == nil {
		t.Fatalf("%s has no table %q", page, name)
	}
	if *update {
		text = append(text[:at[2]:at[2]], append([]byte(want), text[at[3]:]...)...)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text[at[2]:at[3]])); diff != "" {
		t.Errorf("%s, table %q (-want +got; -update writes it):\n%s", page, name, diff)
	}
}

// TestCLIPage holds that every verb has its section in docs/CLI.md with every
// flag of its own in it, and that the page has no flag that does not exist.
func TestCLIPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "CLI.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"help": true}
	for _, cmd := range verbs(newRoot()) {
		heading := regexp.MustCompile(`(?ms)^## ` + cmd.CommandPath() + `\n(.*?)(?:^## |\z)`)
		section := heading.FindSubmatch(text)
		if section == nil {
			t.Errorf("%s has no section", cmd.CommandPath())
			continue
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			known[f.Name] = true
			if !strings.Contains(string(section[1]), "`--"+f.Name) && cmd.Name() != "serve" && !f.Hidden {
				t.Errorf("the section of %s lacks --%s", cmd.CommandPath(), f.Name)
			}
		})
	}
	for _, name := range regexp.MustCompile("`--([a-z0-9-]+)").FindAllSubmatch(text, -1) {
		if !known[string(name[1])] {
			t.Errorf("there is no flag --%s", name[1])
		}
	}
}

// TestHelp holds every verb to saying what it does and how it is used.
func TestHelp(t *testing.T) {
	for _, cmd := range verbs(newRoot()) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: short text %q", cmd.CommandPath(), cmd.Short)
		}
		if !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.SplitSeq(cmd.Long, "\n") {
			if len([]rune(line)) > 84 {
				t.Errorf("%s: a line of %d characters: %s", cmd.CommandPath(), len([]rune(line)), line)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" || strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: usage %q", cmd.CommandPath(), f.Name, f.Usage)
			}
		})
	}
}
