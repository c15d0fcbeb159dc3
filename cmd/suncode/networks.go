package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

// networkList is a flag that takes networks with commas between.
type networkList []netip.Prefix

// String is what the flag was set to.
func (l *networkList) String() string {
	texts := make([]string, len(*l))
	for i, network := range *l {
		texts[i] = network.String()
	}
	return strings.Join(texts, ",")
}

// Type is what the help shows for the value.
func (l *networkList) Type() string { return "CIDR,…" }

// Set reads the networks; they take the place of earlier ones.
func (l *networkList) Set(text string) error {
	networks, err := parseNetworks(strings.Split(text, ","))
	if err != nil {
		return err
	}
	*l = networks
	return nil
}

func parseNetworks(texts []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		var err error
		if networks[i], err = issue.ParseNetwork(strings.TrimSpace(text)); err != nil {
			return nil, err
		}
	}
	return networks, nil
}

const appIPLong = `Lists, adds or removes the networks from which an app's secret may be used: for
/cgi-bin/token, /cgi-bin/stable_token and /cgi-bin/clear_quota/v2. A call from
elsewhere gets error 40164. An app without a list may be called from anywhere.
Access tokens work from everywhere, as on the platform.

Each prints the list as it is then.
With --json: {"appid":"wx…","networks":["192.0.2.0/24"]}`

const appIPExample = `  suncode app ip wx0123456789abcdef list
  suncode app ip wx0123456789abcdef add 192.0.2.0/24 2001:db8::1
  suncode app ip wx0123456789abcdef remove 192.0.2.0/24`

func newAppIP() *cobra.Command {
	var o appOptions
	cmd := &cobra.Command{
		Use:     "ip APPID add|remove|list [CIDR...]",
		Short:   "Say from where an app's secret may be used",
		Long:    appIPLong,
		Example: appIPExample,
		Args:    args(2, -1, "an APPID and one of add, remove, list"),
		RunE: func(cmd *cobra.Command, given []string) error {
			edit, err := networkEdit(given[1], given[2:])
			if err != nil {
				return err
			}
			return o.with(cmd.Context(), existing, func(store *sqlite.Store) error {
				return changeNetworks(cmd.Context(), store, given[0], edit, o.asJSON, cmd.OutOrStdout())
			})
		},
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, given []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(given) == 1 {
			return []cobra.Completion{"add", "remove", "list"}, cobra.ShellCompDirectiveNoFileComp
		}
		return completeAppID(&o.data)(cmd, given, typed)
	}
	o.define(cmd)
	return cmd
}

type editNetworks func([]netip.Prefix) ([]netip.Prefix, error)

// networkEdit is what to do with an app's list.
func networkEdit(what string, texts []string) (editNetworks, error) {
	networks, err := parseNetworks(texts)
	if err != nil {
		return nil, err
	}
	switch {
	case what != "list" && what != "add" && what != "remove":
		return nil, usageError("", "%q is not one of add, remove, list", what)
	case what == "list" && len(networks) > 0:
		return nil, usageError("", "list takes no network")
	case what != "list" && len(networks) == 0:
		return nil, usageError("as in 192.0.2.0/24 or 2001:db8::1", "%s needs a network", what)
	}
	return func(listed []netip.Prefix) ([]netip.Prefix, error) {
		for _, network := range networks {
			at := slices.Index(listed, network)
			switch {
			case what == "remove" && at < 0:
				return nil, fmt.Errorf("%v is not on the list", network)
			case what == "remove":
				listed = slices.Delete(listed, at, at+1)
			case at < 0:
				listed = append(listed, network)
			}
		}
		return listed, nil
	}, nil
}

// appNetworks is what `suncode app ip --json` prints.
type appNetworks struct {
	AppID    string         `json:"appid"`
	Networks []netip.Prefix `json:"networks"`
}

func changeNetworks(ctx context.Context, store *sqlite.Store, appID string, edit editNetworks, asJSON bool, out io.Writer) error {
	networks, err := store.ChangeNetworks(ctx, appID, edit)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(out, appNetworks{appID, append([]netip.Prefix{}, networks...)})
	}
	if len(networks) == 0 {
		_, err := fmt.Fprintln(out, "no list: the secret may be used from anywhere")
		return err
	}
	for _, network := range networks {
		if _, err := fmt.Fprintln(out, network); err != nil {
			return err
		}
	}
	return nil
}
