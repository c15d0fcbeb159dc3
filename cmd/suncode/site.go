package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/batchapi"
	"github.com/suncode/suncode/internal/cloudcall"
	"github.com/suncode/suncode/internal/console"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/reading"
	"github.com/suncode/suncode/internal/scanapi"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/internal/wxapi"
)

// Paths that are the program's own.
const (
	healthPath  = "/healthz"
	metricsPath = "/metrics"
)

// about is what a stranger at / is told.
const about = `This is Suncode: it makes and reads sun codes, the round codes that open a mini program.

  GET  /cgi-bin/token               an access token for an appid and its secret
  POST /cgi-bin/stable_token        the same token while it lasts
  POST /wxa/getwxacodeunlimit       a code for a page and a scene, as a picture
  POST /wxa/getwxacode              a code for a path with a query
  POST /cgi-bin/wxaapp/createwxaqrcode
                                    the same as a square QR code
  POST /cgi-bin/openapi/quota/get   how many calls are left today
  POST /cgi-bin/openapi/rid/get     why a call failed
  POST /cgi-bin/clear_quota         today's calls count no more; also /v2
  POST /admin                       cloud calls, for wx-server-sdk
  POST /cv/img/qrcode               what the codes in a picture say
  POST /suncode/v1/resolve          where a ticket leads
  POST /suncode/v1/scan             where the codes in a picture lead
  POST /suncode/v1/check            whether colours, size and distance will scan
  POST /suncode/v1/batches          many codes at once, from a list of scenes
  GET  /scan                        reads codes with the camera, or in a picture
  GET  /c/{ticket}                  where a square code leads, as a page
  GET  /healthz                     whether this server is well
  GET  /metrics                     its figures, for Prometheus

Codes made here open in your scanner, not in the platform's app.
`

// parts are what a site is made of.
type parts struct {
	store    *sqlite.Store
	journal  *sqlite.Journal
	issuer   *issue.Issuer
	metrics  *metrics
	orders   *orders         // nil: no batches
	stopping <-chan struct{} // closed when the server begins to stop, nil: never
}

// newSite puts together everything that the server answers.
func newSite(p parts, o *serveOptions, log *slog.Logger) http.Handler {
	store, m := p.store, p.metrics
	tokens := issue.NewTokens(store, nil)
	var compat wxapi.Compat
	if err := compat.UnmarshalText([]byte(o.compat.value)); err != nil {
		panic(err) // the flag admits only its words
	}
	link, err := issue.ParseLink(o.appLink)
	if err != nil {
		panic(err) // check has looked at it
	}
	reader := reading.New(reading.Config{})
	platform := wxapi.New(wxapi.Config{
		Issuer:  p.issuer,
		Tokens:  tokens,
		Limiter: issue.NewQuotas(store, wxapi.Rules(o.rateLimit, o.dailyLimit), nil),
		Journal: p.journal,
		Landing: strings.TrimSuffix(o.publicURL, "/") + console.LandingPath,
		Reader:  reader,
		Proxies: o.proxies,
		Compat:  compat,
		Log:     log,
		Observe: m.observe,
	})
	resolver := issue.NewResolver(store)
	scans := scanapi.New(scanapi.Config{Resolver: resolver, Reader: reader, Link: link, Log: log, Observe: m.observe})
	pages := console.New(console.Config{Resolver: resolver, Link: link, Log: log, Observe: m.observe})

	functions := cloudcall.New(cloudcall.Config{
		Registry: store,
		Call:     platform.Call,
		Unsigned: o.cloudSignature.value == "ignore",
		AnyEnv:   compat == wxapi.Lenient,
		Log:      log,
		Observe:  m.observe,
	})

	mux := http.NewServeMux()
	mux.Handle(cloudcall.Path, functions)
	mux.Handle("/cgi-bin/", platform)
	mux.Handle("/wxa/", platform)
	mux.Handle("/cv/", platform)
	mux.Handle("/suncode/v1/", scans)
	if p.orders != nil {
		batches := batchapi.New(batchapi.Config{
			Desk: p.orders.desk, App: tokens.Check, Upload: o.orders.limits().Upload, Stopping: p.stopping, Log: log, Observe: m.observe,
		})
		mux.Handle(batchapi.Path, batches)
		mux.Handle(batchapi.Path+"/", batches)
	}
	mux.Handle(console.LandingPath, pages)
	mux.Handle(console.ScanPath, pages)
	mux.Handle(console.ScanPath+"/", pages)
	mux.Handle("GET "+metricsPath, m)
	mux.Handle("GET "+healthPath, healthz(store, log))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, about) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeText(w, http.StatusNotFound, "nothing here; GET / lists what there is\n")
	})
	return mux
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // fails when the caller has gone
}

// healthTTL bounds how long one look into the registry may take.
const healthTTL = 2 * time.Second

// healthz says whether the registry can be read.
func healthz(store *sqlite.Store, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTTL)
		defer cancel()
		status, answer := http.StatusOK, map[string]string{"status": "ok"}
		if err := store.Check(ctx); err != nil {
			log.Error("registry not readable", "error", err)
			status, answer = http.StatusServiceUnavailable, map[string]string{"status": "failing", "reason": "the registry cannot be read"}
		}
		body, err := json.Marshal(answer)
		if err != nil {
			panic(err) // strings always encode
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body) // fails when the caller has gone
	})
}
