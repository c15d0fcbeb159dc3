package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/devtools"
	"github.com/suncode/suncode/internal/launch"
)

// The files in which the DevTools keep compile conditions: the first is one's
// own and wins, the second is shared and has them in older projects.
const (
	privateConfig = "project.private.config.json"
	sharedConfig  = "project.config.json"
)

func newDevtools() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "devtools",
		GroupID: "read",
		Short:   "Open what a code opens in the DevTools",
		Long: `Manages the compile conditions of the DevTools in a project's
` + privateConfig + `: one that starts a page with a code's scene stands for
scanning the code.`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newDevtoolsAdd(), newDevtoolsList(), newDevtoolsRemove())
	return cmd
}

// devtoolsOptions is what all verbs of devtools share.
type devtoolsOptions struct {
	project string
	asJSON  bool
}

func (o *devtoolsOptions) define(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.project, "project", ".", "the project lies in `DIR`")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
}

// listedCondition is what --json prints for a condition.
type listedCondition struct {
	devtools.Condition
	File  string `json:"file"`
	Added *bool  `json:"added,omitempty"` // by devtools add: whether the file was changed
}

func newDevtoolsAdd() *cobra.Command {
	var o devtoolsOptions
	var from opening
	var name string
	cmd := &cobra.Command{
		Use:   "add [FILE]",
		Short: "Add a compile condition for a code",
		Long: `Adds what a code opens to the compile conditions of a project: the page, the query
"scene=" with the encoded scene, and the launch scene value. The code is in a
picture, or is given as a ticket, a request or a page and a scene.

Beside the entry nothing in ` + privateConfig + ` changes, and a
condition that starts the same is left alone; one with the same name is replaced.

With --json: {"name":"…","pathName":"…","query":"scene=…","launchMode":"default",
"scene":1047,"file":"…","added":true}`,
		Example: "  suncode devtools add code.jpg --project ./miniprogram\n  suncode devtools add --page pages/index/index --scene a=1",
		Args:    args(0, 1, "at most one picture"),
		RunE: func(cmd *cobra.Command, given []string) error {
			code, err := from.open(cmd, strings.Join(given, ""))
			if err != nil {
				return err
			}
			return o.add(cmd, code, name)
		},
	}
	o.define(cmd)
	from.define(cmd)
	cmd.Flags().StringVar(&name, "name", "", "call it `NAME`; the page with its scene unless given")
	return cmd
}

func (o *devtoolsOptions) add(cmd *cobra.Command, code opened, name string) error {
	game, err := code.enter(o.project)
	if err != nil {
		return err
	}
	c := devtools.Condition{Name: name, PathName: code.Page, Query: code.Query, LaunchMode: "default", Scene: devtools.SceneValue(code.Scene)}
	if name == "" {
		c.Name = conditionName(code.Launch)
	}
	root, err := os.OpenRoot(o.project)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // every file has been closed before
	file, err := readConditions(root, privateConfig, game)
	if err != nil {
		return err
	}
	c, added, err := file.Add(c)
	if err != nil {
		return fmt.Errorf("%s: %w", privateConfig, err)
	}
	path := filepath.Join(o.project, privateConfig)
	if added {
		if err := replaceFile(root, privateConfig, file.Bytes()); err != nil {
			return err
		}
	}
	switch {
	case o.asJSON:
		return printJSON(cmd.OutOrStdout(), listedCondition{c, privateConfig, &added})
	case added:
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: added %s\n", path, strconv.Quote(c.Name))
	default:
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: has it already as %s\n", path, strconv.Quote(c.Name))
	}
	return err
}

// conditionName is "index a=1": the last part of the page, and the scene or the
// query.
func conditionName(l launch.Launch) string {
	what, ok := l.CodeScene()
	if !ok {
		what = l.Query
	}
	return strings.TrimSpace(l.Page[strings.LastIndexByte(l.Page, '/')+1:] + " " + what)
}

// readConditions reads one of the two files; one that is not there is empty.
func readConditions(root *os.Root, name string, game bool) (*devtools.File, error) {
	data, err := root.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := devtools.Parse(data, game)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return file, nil
}

// replaceFile writes a file in one step, with the permissions that it has.
func replaceFile(root *os.Root, name string, data []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := root.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	temporary := "." + name + ".suncode"
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
}

func newDevtoolsList() *cobra.Command {
	var o devtoolsOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List a project's compile conditions",
		Long: `Lists the compile conditions of a project, those of ` + privateConfig + `
first and then those of ` + sharedConfig + `, where older projects have them.`,
		Example: "  suncode devtools list --project ./miniprogram\n  suncode devtools list --json | jq -r '.[].query'",
		Args:    args(0, 0, ""),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.list(cmd) },
	}
	o.define(cmd)
	return cmd
}

func (o *devtoolsOptions) list(cmd *cobra.Command) error {
	root, game, err := openConditions(o.project)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // only read
	all := []listedCondition{}
	for _, name := range []string{privateConfig, sharedConfig} {
		file, err := readConditions(root, name, game)
		if err != nil {
			return err
		}
		conditions, err := file.Conditions()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, c := range conditions {
			all = append(all, listedCondition{Condition: c, File: name})
		}
	}
	if o.asJSON {
		return printJSON(cmd.OutOrStdout(), all)
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tPAGE\tQUERY\tSCENE\tFILE")
	for _, c := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", c.Name, c.PathName, c.Query, c.Scene, c.File)
	}
	return table.Flush()
}

// openConditions opens a project's folder and says whether it is a mini game.
func openConditions(dir string) (root *os.Root, game bool, err error) {
	if root, err = os.OpenRoot(dir); err != nil {
		return nil, false, err
	}
	if _, game, err = launch.Entry(root.FS()); err != nil {
		return nil, false, errors.Join(fmt.Errorf("%s: %w", filepath.Clean(dir), err), root.Close())
	}
	return root, game, nil
}

func newDevtoolsRemove() *cobra.Command {
	var o devtoolsOptions
	cmd := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a compile condition",
		Long:    "Removes the compile conditions called NAME from " + privateConfig + ";\nbeside them nothing in the file changes. One of none is an error.",
		Example: "  suncode devtools remove 'index a=1' --project ./miniprogram",
		Args:    args(1, 1, "a NAME"),
		RunE:    func(cmd *cobra.Command, given []string) error { return o.remove(cmd, given[0]) },
	}
	o.define(cmd)
	return cmd
}

func (o *devtoolsOptions) remove(cmd *cobra.Command, name string) error {
	root, game, err := openConditions(o.project)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // every file has been closed before
	file, err := readConditions(root, privateConfig, game)
	if err != nil {
		return err
	}
	removed, err := file.Remove(name)
	if err != nil {
		return fmt.Errorf("%s: %w", privateConfig, err)
	}
	if removed == 0 {
		return hinted(fmt.Errorf("%s has no condition %q", privateConfig, name), "'suncode devtools list' has them")
	}
	if err := replaceFile(root, privateConfig, file.Bytes()); err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(cmd.OutOrStdout(), map[string]int{"removed": removed})
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: removed %s\n", filepath.Join(o.project, privateConfig), strconv.Quote(name))
	return err
}
