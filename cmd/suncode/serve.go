package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/ticket"
)

const (
	defaultAddr = "127.0.0.1:8080"

	defaultPlateMiB = render.DefaultPlateBytes >> 20
	maxPlateMiB     = 1 << 20
)

// Bounds of one connection. Writing may take longest: a large picture over a
// slow line.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 32 << 10
	stopGrace     = 10 * time.Second
)

const serveLong = `Starts the server: the mini program code API on its own paths (tokens, quotas and
the three kinds of code, under /cgi-bin/ and /wxa/), reading codes back and
making many at once under /suncode/v1/ (resolve, scan, batches), /healthz and
/metrics.

The first start makes the registry and a demo app, and every start prints a curl
line that gets a code of it. Results go to standard output, the log to standard
error. SIGINT and SIGTERM finish the requests at work and exit with 0; a second
one ends at once.

Every flag can come from the environment; a flag wins.`

const serveExample = `  suncode serve
  suncode serve --addr :8080 --data /var/lib/suncode --log-format json
  suncode serve --tls-dev --addr 127.0.0.1:443
  suncode serve --acme codes.example.com --data /var/lib/suncode`

// serveOptions is what `suncode serve` was asked.
type serveOptions struct {
	addr, data     string
	demo           bool
	compat         choice
	rateLimit      int
	dailyLimit     int
	pathLimit      int
	plateMemory    int
	publicURL      string
	appLink        string
	proxies        networkList
	cloudSignature choice
	orders         orderOptions
	logFormat      choice
	logLevel       choice
	tls            tlsOptions
}

// plainServe is what `suncode serve` does without being asked for anything.
func plainServe() *serveOptions {
	return &serveOptions{
		compat:         oneOf("wechat", "lenient"),
		rateLimit:      issue.CallsPerMinute,
		pathLimit:      issue.MaxPaths,
		plateMemory:    defaultPlateMiB,
		publicURL:      "http://" + defaultAddr,
		cloudSignature: oneOf("verify", "ignore"),
		orders:         plainOrders(),
		logFormat:      oneOf("text", "json"),
		logLevel:       oneOf("info", "debug", "warn", "error"),
	}
}

func newServe() *cobra.Command {
	o := plainServe()
	o.publicURL = ""
	cmd := &cobra.Command{
		Use:     "serve",
		GroupID: "make",
		Short:   "Start the server",
		Long:    serveLong,
		Example: serveExample,
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.tls.acme != "" && !isSet(cmd.Flags(), "addr") {
				o.addr = ":443"
			}
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.addr, "addr", defaultAddr, "listen on `HOST:PORT`; :443 with --acme")
	dataFlag(flags, &o.data)
	flags.BoolVar(&o.demo, "demo", true, "make a demo app at the first start and print how to use it")
	addChoice(cmd, &o.compat, "compat", "as strict as the platform's API, or lenient; docs/API.md has the differences")
	flags.StringVar(&o.publicURL, "public-url", "", "phones reach this server at `URL`, for square codes; the address it prints unless given")
	flags.StringVar(&o.appLink, "app-link", "", "what a scanned code opens: a `URL` with {appid}, {page}, {path}, {query} and {scene} to fill in")
	flags.IntVar(&o.rateLimit, "rate-limit", issue.CallsPerMinute, "let an app make `N` calls a minute for each kind of code, 0 for no limit")
	flags.IntVar(&o.dailyLimit, "daily-limit", 0, "let an app make `N` calls a day for each kind of code, 0 for no limit")
	flags.IntVar(&o.pathLimit, "path-limit", issue.MaxPaths, "let an app have `N` codes with a path; those with a scene have no limit")
	flags.IntVar(&o.plateMemory, "plate-memory", defaultPlateMiB, "keep up to `MIB` of compiled drawings, which make a code in no time")
	flags.Var(&o.proxies, "trusted-proxies", "believe proxies in these `CIDR`s, with commas between, when they say who calls (X-Forwarded-For)")
	addChoice(cmd, &o.cloudSignature, "cloud-signature", "check who signed a cloud call, or take every one for what it says: only where no stranger can reach the server")
	o.orders.define(flags)
	addChoice(cmd, &o.logFormat, "log-format", "form of the log")
	addChoice(cmd, &o.logLevel, "log-level", "least level that is logged; debug also has the calls that worked")
	bindEnv(flags, "addr", "demo", "compat", "public-url", "app-link", "rate-limit", "daily-limit", "path-limit", "plate-memory", "trusted-proxies", "cloud-signature", "log-format", "log-level")
	o.tls.define(flags)
	return cmd
}

// check reports values that make no sense.
func (o *serveOptions) check() error {
	for _, limit := range []struct {
		flag      string
		n, most   int
		zeroMeans string
	}{
		{"--rate-limit", o.rateLimit, issue.MaxCalls, "0 means no limit"},
		{"--daily-limit", o.dailyLimit, issue.MaxCalls, "0 means no limit"},
		{"--path-limit", o.pathLimit, ticket.MaxPage, "0 means none"},
		{"--plate-memory", o.plateMemory, maxPlateMiB, "in MiB; the drawing in use is kept whatever the number"},
	} {
		if limit.n < 0 || limit.n > limit.most {
			return usageError(limit.zeroMeans, "%s %d is out of range", limit.flag, limit.n)
		}
	}
	if err := o.orders.check(); err != nil {
		return err
	}
	if o.publicURL != "" {
		if err := checkPublicURL(o.publicURL); err != nil {
			return err
		}
	}
	if _, err := issue.ParseLink(o.appLink); err != nil {
		return usageError("as in 'https://app.example.com/open?path={path}'", "--app-link %q: %w", o.appLink, err)
	}
	return o.tls.check()
}

// maxPublicURL bounds --public-url, in bytes: it is a part of every square code.
const maxPublicURL = 200

func checkPublicURL(given string) error {
	u, err := url.Parse(given)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return usageError("as in https://codes.example.com", "--public-url %q is not the address of a server", given)
	case len(given) > maxPublicURL || strings.ContainsFunc(given, func(r rune) bool { return r <= ' ' || r > '~' }):
		return usageError("", "--public-url %q is longer than %d characters or has one that is not ASCII", given, maxPublicURL)
	}
	return nil
}

func (o *serveOptions) run(ctx context.Context, out, logTo io.Writer) error {
	if err := o.check(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := newLogger(logTo, o.logFormat.value, o.logLevel.value)
	l, err := listen(ctx, o.addr, "--addr")
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // Shutdown closed it already, if it came to that
	store, err := openRegistry(ctx, o.data, created)
	if err != nil {
		return err
	}
	defer func() {
		if err := store.Close(); err != nil {
			log.Error("registry not closed", "error", err)
		}
	}()
	id, err := o.tls.open(o.data, log)
	if err != nil {
		return err
	}
	w, err := o.welcome(ctx, store, id, l.Addr())
	if err != nil {
		return err
	}
	if o.publicURL == "" {
		o.publicURL = w.base
	}
	journal := sqlite.NewJournal(store, log, nil)
	defer func() {
		if err := journal.Close(); err != nil {
			log.Error("failed calls not written", "error", err)
		}
	}()
	issuer, figures := o.issuer(store), newMetrics()
	work, err := openOrders(ctx, store, issuer, o, figures, log)
	if err != nil {
		return err
	}
	defer work.close()
	work.start(ctx)
	site := newSite(parts{store, journal, issuer, figures, work, ctx.Done()}, o, log)
	servers := []*listening{{newServer(site, log), l}}
	servers[0].TLSConfig = id.config
	if id.challenge != nil && o.tls.acmeHTTP != "-" {
		plain, err := listen(ctx, o.tls.acmeHTTP, "--acme-http")
		if err != nil {
			return err
		}
		servers = append(servers, &listening{newServer(id.redirect(), log), plain})
	}
	if o.cloudSignature.value == "ignore" {
		log.Warn("signatures of cloud calls are not checked: whoever reaches this server can make codes of every app")
	}
	announce := func() {
		fmt.Fprint(out, w.text())
		if id.prepare != nil {
			go id.prepare()
		}
		log.Info("serving", "addr", l.Addr().String(), "url", w.base, "public", o.publicURL, "data", o.data, "compat", o.compat.value, "version", buildInfo().Version)
	}
	return serve(ctx, stop, log, announce, servers)
}

// issuer makes the codes.
func (o *serveOptions) issuer(store *sqlite.Store) *issue.Issuer {
	return issue.NewIssuer(store).LimitPaths(o.pathLimit).KeepPlates(int64(o.plateMemory) << 20)
}

// welcome finds out what the start-up text needs.
func (o *serveOptions) welcome(ctx context.Context, store *sqlite.Store, id identity, addr net.Addr) (welcome, error) {
	exe, err := os.Executable()
	if err != nil {
		exe = os.Args[0]
	}
	w := welcome{base: o.base(id, addr), data: o.data, program: invocation(exe, os.Args[0])}
	if id.dev != nil {
		w.ca, w.freshCA = id.dev.path, id.dev.fresh
	}
	if o.demo {
		demo, ok, err := store.EnsureDemo(ctx)
		if err != nil {
			return w, fmt.Errorf("demo app: %w", err)
		}
		if ok {
			w.appID, w.secret, w.demo = demo.AppID, demo.Secret, true
			return w, nil
		}
	}
	if apps := store.Snapshot().Apps(); len(apps) > 0 {
		w.appID = apps[0].AppID
	}
	return w, nil
}

// base is the server's URL as a client on this machine reaches it.
func (o *serveOptions) base(id identity, addr net.Addr) string {
	host, port, err := net.SplitHostPort(reachable(addr))
	if err != nil {
		return "http://" + addr.String()
	}
	if id.host != "" {
		host = id.host
	}
	switch {
	case id.config == nil:
		return "http://" + net.JoinHostPort(host, port)
	case port == "443" && id.dev == nil:
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, port)
}

// listening is a server with the port it serves.
type listening struct {
	*http.Server
	listener net.Listener
}

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// serve answers until ctx ends, then finishes the requests at work. Once it
// begins to stop it gives the signals back, so that the next one kills.
func serve(ctx context.Context, stop func(), log *slog.Logger, announce func(), servers []*listening) error {
	failed := make(chan error, len(servers))
	for _, s := range servers {
		go func() {
			if s.TLSConfig != nil {
				failed <- s.ServeTLS(s.listener, "", "")
				return
			}
			failed <- s.Serve(s.listener)
		}()
	}
	announce()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		stop()
		log.Info("stopping, finishing requests")
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	for _, s := range servers {
		if late := s.Shutdown(grace); late != nil {
			log.Warn("requests cut off", "error", late)
			err = errors.Join(err, s.Close())
		}
	}
	if err == nil {
		log.Info("stopped")
	}
	return err
}
