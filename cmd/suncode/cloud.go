package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/cloudcall"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

const cloudLong = `Manages and runs cloud functions: code of an app's own that calls the API through
wx-server-sdk, with a signature in place of an access token. docs/CLOUD.md tells
how each version of the SDK finds this server.`

func newCloud() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "cloud",
		GroupID: "make",
		Short:   "Run cloud functions that call the API",
		Long:    cloudLong,
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(newCloudInvoke(), newCloudDeploy(), newCloudList())
	return cmd
}

// cloudFunction is a cloud function's folder, and what it is put up as.
type cloudFunction struct {
	dir string // absolute
	issue.Deployment
}

// entryFile is where a function has its exports.main.
const entryFile = "index.js"

// openFunction looks at a function's folder. The name "" is the folder's.
func openFunction(dir, env, name string) (cloudFunction, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return cloudFunction{}, err
	}
	if _, err := os.Stat(filepath.Join(dir, entryFile)); err != nil {
		return cloudFunction{}, hinted(err, "DIR is the folder of one cloud function, with its "+entryFile+" in it")
	}
	f := cloudFunction{dir, issue.Deployment{Env: env, Name: name}}
	if name == "" {
		f.Name = filepath.Base(dir)
	}
	config, err := readFile(filepath.Join(dir, "config.json"), issue.MaxFunctionConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return cloudFunction{}, err
	}
	f.APIs, err = issue.ParseFunctionConfig(config)
	return f, err
}

// deploy puts the function up for an app, in the environment that has the
// app's own name unless there is another.
func (f cloudFunction) deploy(ctx context.Context, store *sqlite.Store, appID string) (*issue.Function, error) {
	if f.Env == "" {
		f.Env = appID
	}
	if err := f.Check(); err != nil {
		return nil, usageError("--env and --name say what the function is put up as", "%w", err)
	}
	function, err := store.Deploy(ctx, appID, f.Deployment)
	if issue.CodeOf(err) == issue.UnknownApp {
		return nil, hinted(err, "'suncode app list' has the apps of the registry")
	}
	return function, err
}

// listedFunction is what `suncode cloud deploy --json` prints, and without the
// key an element of what `suncode cloud list --json` prints.
type listedFunction struct {
	AppID       string    `json:"appid"`
	Env         string    `json:"env"`
	Name        string    `json:"name"`
	SecretID    string    `json:"secret_id"`
	SecretKey   string    `json:"secret_key,omitempty"`
	Permissions []string  `json:"permissions"`
	Changed     time.Time `json:"changed"`
}

func listFunction(appID string, f *issue.Function) listedFunction {
	return listedFunction{
		AppID: appID, Env: f.Env, Name: f.Name, SecretID: f.SecretID,
		Permissions: append([]string{}, f.APIs...), Changed: f.ChangedAt.UTC(),
	}
}

func newCloudDeploy() *cobra.Command {
	var o appOptions
	var env, name, server string
	var renew bool
	cmd := &cobra.Command{
		Use:   "deploy APPID DIR",
		Short: "Put up a cloud function; prints what it calls the API with",
		Long: `Registers the cloud function in DIR for an app, with what permissions.openapi of
its config.json permits, and prints the environment variables by which
wx-server-sdk, from version 2 on, finds this server and signs its calls. The
function itself stays where it is. Deploying it again changes its permissions and
keeps its credentials; --renew replaces them, and the old ones stop at once.

With --json: {"appid":"wx…","env":"…","name":"…","secret_id":"AKID…",
"secret_key":"…","permissions":["…"],"changed":"…"}`,
		Example:           "  suncode cloud deploy wx0123456789abcdef ./functions/qrcode > qrcode.env\n  set -a; . ./qrcode.env; set +a; node my-server.js",
		Args:              args(2, 2, "an APPID and a DIR"),
		ValidArgsFunction: completeAppID(&o.data),
		RunE: func(cmd *cobra.Command, given []string) error {
			f, err := openFunction(given[1], env, name)
			if err != nil {
				return err
			}
			f.Renew = renew
			gateway, err := gatewayURL(server)
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				function, err := f.deploy(cmd.Context(), store, given[0])
				if err != nil {
					return err
				}
				if len(function.APIs) == 0 {
					fmt.Fprintf(cmd.ErrOrStderr(), "note: its config.json permits nothing, so every call of it fails with -604101\n")
				}
				if !o.asJSON {
					return printVariables(cmd.OutOrStdout(), given[0], function, gateway)
				}
				listed := listFunction(given[0], function)
				listed.SecretKey = function.SecretKey
				return printJSON(cmd.OutOrStdout(), listed)
			})
		},
	}
	o.define(cmd)
	cmd.Flags().StringVar(&env, "env", "", "cloud environment `ID`; the appid unless given")
	cmd.Flags().StringVar(&name, "name", "", "call the function `NAME`; as its folder unless given")
	cmd.Flags().BoolVar(&renew, "renew", false, "give it new credentials")
	cmd.Flags().StringVar(&server, "server", "http://"+defaultAddr, "the server's `URL` as the function sees it, for what is printed")
	return cmd
}

// gatewayURL is where the SDK posts to on the server at base.
func gatewayURL(base string) (string, error) {
	u, err := parseServer(base)
	if err != nil {
		return "", err
	}
	return u.JoinPath(cloudcall.Path).String(), nil
}

// printVariables writes lines for a shell, or for node --env-file.
func printVariables(w io.Writer, appID string, f *issue.Function, gateway string) error {
	config, err := contextConfig(gateway)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "# %s of %s may call: %s\nTENCENTCLOUD_SECRETID=%s\nTENCENTCLOUD_SECRETKEY=%s\nSCF_NAMESPACE=%s\nTCB_CONTEXT_CNFG='%s'\n",
		f.Name, appID, strings.Join(f.APIs, ", "), f.SecretID, f.SecretKey, f.Env, config)
	return err
}

// contextConfig is the variable that the SDK has its server from, from version
// 2 on.
func contextConfig(gateway string) ([]byte, error) {
	return json.Marshal(map[string]string{"URL": gateway})
}

func newCloudList() *cobra.Command {
	var o appOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the cloud functions and what they may call",
		Example: "  suncode cloud list\n  suncode cloud list --json | jq -r '.[].name'",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				functions := []listedFunction{}
				for _, app := range store.Snapshot().Apps() {
					for _, f := range app.Functions {
						functions = append(functions, listFunction(app.AppID, f))
					}
				}
				if o.asJSON {
					return printJSON(cmd.OutOrStdout(), functions)
				}
				return printFunctions(cmd.OutOrStdout(), functions)
			})
		},
	}
	o.define(cmd)
	return cmd
}

func printFunctions(w io.Writer, functions []listedFunction) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "APPID\tENV\tNAME\tCHANGED\tMAY CALL")
	for _, f := range functions {
		may := strings.Join(f.Permissions, ", ")
		if may == "" {
			may = "nothing"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.AppID, f.Env, f.Name, f.Changed.Format(time.DateOnly), may)
	}
	return table.Flush()
}
