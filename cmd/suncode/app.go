package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

const appLong = `Manages the apps of a registry: who may ask for codes, and which pages they lead
to. A server that runs on the same folder follows every change within a second.`

func newApp() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "app",
		GroupID: "make",
		Short:   "Manage the apps of a registry",
		Long:    appLong,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(newAppAdd(), newAppList(), newAppPublish(), newAppSecret(), newAppIP())
	return cmd
}

// credentials is what `suncode app add --json` and `app secret --json` print.
type credentials struct {
	AppID  string `json:"appid"`
	Secret string `json:"secret"`
}

// print shows the secret for the only time.
func (c credentials) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, c)
	}
	_, err := fmt.Fprintf(w, "appid   %s\nsecret  %s\n", c.AppID, c.Secret)
	return err
}

// appOptions is what the verbs of `suncode app` share.
type appOptions struct {
	data   string
	asJSON bool
}

func (o *appOptions) define(cmd *cobra.Command) {
	dataFlag(cmd.Flags(), &o.data)
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
}

// with opens the registry for the time of do.
func (o *appOptions) with(ctx context.Context, n need, do func(*sqlite.Store) error) error {
	store, err := openRegistry(ctx, o.data, n)
	if err != nil {
		return err
	}
	err = do(store)
	if closing := store.Close(); err == nil {
		err = closing
	}
	return err
}

func newAppAdd() *cobra.Command {
	var o appOptions
	var name, logo, badge string
	cmd := &cobra.Command{
		Use:   "add --name NAME",
		Short: "Add an app; prints its appid and secret",
		Long: `Adds an app and prints its appid and secret. The secret is kept as a hash only, so
this is the one time it can be read; 'suncode app secret' makes a new one.

With --json: {"appid":"wx…","secret":"…"}`,
		Example: "  suncode app add --name \"My shop\"\n  suncode app add --data /var/lib/suncode --name Shop --logo shop.png --json",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" {
				return usageError("as in --name \"My shop\"", "an app needs a --name")
			}
			draft, secret, err := newDraft(name, logo, badge)
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), created, func(store *sqlite.Store) error {
				app, err := store.AddApp(cmd.Context(), draft)
				if err != nil {
					return err
				}
				if !o.asJSON {
					fmt.Fprintf(cmd.ErrOrStderr(), "next: suncode app publish --data %s %s path/to/miniprogram\n", shellQuote(o.data), app.AppID)
				}
				return credentials{app.AppID, secret}.print(cmd.OutOrStdout(), o.asJSON)
			})
		},
	}
	o.define(cmd)
	cmd.Flags().StringVar(&name, "name", "", fmt.Sprintf("call the app `NAME`, at most %d characters", issue.MaxName))
	cmd.Flags().StringVar(&logo, "logo", "", "PNG or JPEG `FILE` for the centre of its codes")
	cmd.Flags().StringVar(&badge, "badge", "", "PNG or JPEG `FILE` for the corner of its codes")
	return cmd
}

func newDraft(name, logo, badge string) (issue.Draft, string, error) {
	logoData, err := readArt(logo)
	if err != nil {
		return issue.Draft{}, "", err
	}
	badgeData, err := readArt(badge)
	if err != nil {
		return issue.Draft{}, "", err
	}
	return issue.NewDraft(name, logoData, badgeData)
}

// readArt reads a logo or badge; no file is no art.
func readArt(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	return readFile(file, issue.MaxArt)
}

// listedApp is an element of what `suncode app list --json` prints.
type listedApp struct {
	AppID    string                   `json:"appid"`
	Name     string                   `json:"name"`
	Demo     bool                     `json:"demo"`
	Created  time.Time                `json:"created"`
	Versions map[string]listedVersion `json:"versions"`
}

type listedVersion struct {
	Home      string    `json:"home"`
	Pages     []string  `json:"pages"`
	Published time.Time `json:"published"`
}

func newAppList() *cobra.Command {
	var o appOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the apps and what they have published",
		Example: "  suncode app list\n  suncode app list --json | jq -r '.[].appid'",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				apps := listApps(store.Snapshot())
				if o.asJSON {
					return printJSON(cmd.OutOrStdout(), apps)
				}
				return printApps(cmd.OutOrStdout(), apps)
			})
		},
	}
	o.define(cmd)
	return cmd
}

func listApps(s *issue.Snapshot) []listedApp {
	apps := []listedApp{}
	for _, app := range s.Apps() {
		l := listedApp{AppID: app.AppID, Name: app.Name, Demo: app.Demo, Created: app.CreatedAt.UTC(), Versions: map[string]listedVersion{}}
		for _, env := range issue.Envs {
			if v, ok := app.Version(env); ok {
				l.Versions[env.String()] = listedVersion{Home: v.Home, Pages: v.Pages(), Published: v.PublishedAt.UTC()}
			}
		}
		apps = append(apps, l)
	}
	return apps
}

func printApps(w io.Writer, apps []listedApp) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "APPID\tCREATED\tPUBLISHED\tNAME")
	for _, app := range apps {
		var published []string
		for _, env := range issue.Envs {
			if v, ok := app.Versions[env.String()]; ok {
				published = append(published, fmt.Sprintf("%s (%d pages)", env, len(v.Pages)))
			}
		}
		if len(published) == 0 {
			published = []string{"nothing"}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", app.AppID, app.Created.Format(time.DateOnly), strings.Join(published, ", "), app.Name)
	}
	return table.Flush()
}

// publication is what `suncode app publish --json` prints.
type publication struct {
	AppID string   `json:"appid"`
	Env   string   `json:"env_version"`
	Home  string   `json:"home"`
	Pages []string `json:"pages"`
}

func newAppPublish() *cobra.Command {
	var o appOptions
	env := oneOf("release", "trial", "develop")
	cmd := &cobra.Command{
		Use:   "publish APPID PATH",
		Short: "Publish the pages of a mini program",
		Long: `Publishes the pages that a mini program's app.json lists: pages, subPackages and
entryPagePath. PATH is the project's folder (miniprogramRoot of its
project.config.json is followed) or an app.json. From then on codes can be made
for these pages and, with check_path, for no others; codes made earlier keep
their meaning.

With --json: {"appid":"wx…","env_version":"release","home":"…","pages":["…"]}`,
		Example:           "  suncode app publish wx0123456789abcdef ./miniprogram\n  suncode app publish --env trial wx0123456789abcdef ./miniprogram/app.json",
		Args:              args(2, 2, "an APPID and a PATH"),
		ValidArgsFunction: completeAppID(&o.data),
		RunE: func(cmd *cobra.Command, given []string) error {
			manifest, err := loadProject(given[1])
			if err != nil {
				return err
			}
			where, err := issue.ParseEnv(env.value)
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				v, err := store.Publish(cmd.Context(), given[0], where, manifest)
				if err != nil {
					return err
				}
				return publication{given[0], env.value, v.Home, v.Pages()}.print(cmd.OutOrStdout(), o.asJSON)
			})
		},
	}
	o.define(cmd)
	addChoice(cmd, &env, "env", "environment to publish in")
	return cmd
}

func (p publication) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, p)
	}
	pages := "1 page"
	if n := len(p.Pages); n > 1 {
		pages = fmt.Sprintf("%d pages", n)
	}
	_, err := fmt.Fprintf(w, "published %s of %s as %s; home page %s\n", pages, p.AppID, p.Env, p.Home)
	return err
}

// loadProject reads the pages of a project folder or an app.json.
func loadProject(path string) (issue.Manifest, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return issue.Manifest{}, err
	}
	if _, err := os.Stat(full); err != nil {
		return issue.Manifest{}, hinted(err, "PATH is the mini program's folder or its app.json")
	}
	return issue.LoadProject(os.DirFS(filepath.Dir(full)), filepath.Base(full))
}

func newAppSecret() *cobra.Command {
	var o appOptions
	cmd := &cobra.Command{
		Use:   "secret APPID",
		Short: "Give an app a new secret; the old one stops",
		Long: `Makes a new secret for an app and prints it, the one time it can be read. The old
secret and every token given for it stop at once.

With --json: {"appid":"wx…","secret":"…"}`,
		Example:           "  suncode app secret wx0123456789abcdef",
		Args:              args(1, 1, "an APPID"),
		ValidArgsFunction: completeAppID(&o.data),
		RunE: func(cmd *cobra.Command, given []string) error {
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				secret, err := store.ResetSecret(cmd.Context(), given[0])
				if err != nil {
					return err
				}
				return credentials{given[0], secret}.print(cmd.OutOrStdout(), o.asJSON)
			})
		},
	}
	o.define(cmd)
	return cmd
}

// completeAppID offers the registry's appids for the first argument.
func completeAppID(data *string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, given []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(given) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		if err := readEnv(cmd.Flags()); err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		store, err := openRegistry(cmd.Context(), *data, existing)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer func() { _ = store.Close() }() // only read
		var ids []cobra.Completion
		for _, app := range store.Snapshot().Apps() {
			ids = append(ids, cobra.CompletionWithDesc(app.AppID, app.Name))
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
}
