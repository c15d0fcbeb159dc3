package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout bounds one check, both tries together.
const healthTimeout = 5 * time.Second

const healthLong = `Asks a running server whether it can do its work: GET /healthz, which looks into
the registry. Exit code 0 says yes, 1 says no or nobody answers; made for a
container's health check.

ADDRESS is HOST:PORT or a URL; without it, --addr says where the server listens.
For HOST:PORT both http and https are tried, and the certificate is not checked,
since nothing secret is sent.`

func newHealth() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:     "health [ADDRESS]",
		Short:   "Ask a running server whether it is well",
		Long:    healthLong,
		Example: "  suncode health\n  suncode health 127.0.0.1:9000\n  suncode health https://codes.example.com",
		Args:    args(0, 1, ""),
		RunE: func(cmd *cobra.Command, given []string) error {
			if len(given) > 0 {
				addr = given[0]
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), healthTimeout)
			defer cancel()
			body, err := health(ctx, addr)
			if err != nil {
				return hinted(err, "'suncode serve' starts a server; --addr says where it listens")
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), body)
			return err
		},
	}
	cmd.Flags().StringVar(&addr, "addr", defaultAddr, "ask the server at `HOST:PORT` or a URL")
	bindEnv(cmd.Flags(), "addr")
	return cmd
}

// health returns what the server at addr says of itself, one line of JSON.
func health(ctx context.Context, addr string) (string, error) {
	if strings.Contains(addr, "://") {
		return askHealth(ctx, http.DefaultClient, addr)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", usageError("as in 127.0.0.1:8080", "address %q is neither HOST:PORT nor a URL", addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	where := net.JoinHostPort(host, port)
	body, err := askHealth(ctx, http.DefaultClient, "http://"+where)
	if !errors.Is(err, errNotPlain) {
		return body, err
	}
	unchecked := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	return askHealth(ctx, unchecked, "https://"+where)
}

// errNotPlain says that a server wants TLS.
var errNotPlain = errors.New("the server speaks https")

func askHealth(ctx context.Context, client *http.Client, base string) (string, error) {
	u, err := url.JoinPath(base, healthPath)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return "", err
	}
	body := strings.TrimSpace(string(data))
	switch {
	case resp.StatusCode == http.StatusBadRequest && strings.Contains(body, "HTTP request to an HTTPS server"):
		return "", errNotPlain
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%s answers %s: %s", u, resp.Status, body)
	}
	return body, nil
}
