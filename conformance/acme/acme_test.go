// Package acme lets `suncode serve --acme` get its certificate from Pebble,
// the small authority that the authors of Boulder test ACME clients with.
package acme

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

const domain = "codes.suncode.test"

// startWait bounds how long anything here may take to begin.
const startWait = 30 * time.Second

// authority is a running Pebble that looks for its challenges on two ports.
type authority struct {
	directory string
	trust     string // PEM file of the authority's own HTTPS certificate
	roots     *x509.CertPool
	server    *httptest.Server
}

func startAuthority(t *testing.T, httpPort, tlsPort int) authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "5") // the share of good nonces that are refused, in percent
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "default"}})
	checker := va.New(quiet, httpPort, tlsPort, false, startNames(t), store)
	front := wfe.New(quiet, store, checker, issuer, []string{"pebble.test"}, false, false, 1, 1)
	server := httptest.NewTLSServer(front.Handler())
	t.Cleanup(server.Close)

	trust := filepath.Join(t.TempDir(), "authority.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	if err := os.WriteFile(trust, pem.EncodeToMemory(block), 0o644); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(issuer.GetRootCert(0).PEM())
	return authority{server.URL + wfe.DirectoryPath, trust, roots, server}
}

// startNames runs a name server that says every name is this machine, and
// returns its address.
func startNames(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // Pebble asks over TCP
	if err != nil {
		t.Fatal(err)
	}
	answer := func(w dns.ResponseWriter, question *dns.Msg) {
		reply := new(dns.Msg).SetReply(question)
		for _, q := range question.Question {
			if q.Qtype == dns.TypeA {
				head := dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET}
				reply.Answer = append(reply.Answer, &dns.A{Hdr: head, A: net.IPv4(127, 0, 0, 1)})
			}
		}
		_ = w.WriteMsg(reply)
	}
	server := &dns.Server{Listener: l, Handler: dns.HandlerFunc(answer)}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return l.Addr().String()
}

// freePort is a port of this machine that nobody listened on a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// program builds suncode once for all tests.
func program(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "suncode")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "./cmd/suncode")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exe
}

// output collects what a program prints while others read it.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String is all that was printed so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs the server with the authority's certificates, and returns how to
// stop it.
func start(t *testing.T, exe, data string, a authority, httpPort, tlsPort int) (stop func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe, "serve", "--data", data, "--addr", local(tlsPort),
		"--acme", domain, "--acme-directory", a.directory, "--acme-http", local(httpPort), "--acme-email", "nobody@suncode.test", "--log-level", "debug")
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+a.trust)
	printed := new(output)
	cmd.Stdout, cmd.Stderr = printed, printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(startWait); !strings.Contains(printed.String(), "certificate ready"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the server does not start: %s", printed)
		}
	}
	return func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		t.Log(printed)
	}
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// visit asks the server for its health as a client that trusts roots.
func visit(t *testing.T, roots *x509.CertPool, tlsPort int) (*x509.Certificate, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startWait)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, local(tlsPort))
		},
	}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+domain+"/healthz", nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "ok") {
		return nil, fmt.Errorf("got %q, %w", body, err)
	}
	return resp.TLS.PeerCertificates[0], nil
}

func TestCertificate(t *testing.T) {
	exe := program(t)
	for _, challenge := range []string{"TLS-ALPN-01", "HTTP-01"} {
		t.Run(challenge, func(t *testing.T) {
			httpPort, tlsPort := freePort(t), freePort(t)
			seenTLS, seenHTTP := tlsPort, httpPort
			if challenge == "HTTP-01" {
				seenTLS = freePort(t) // nobody answers there
			} else {
				seenHTTP = freePort(t)
			}
			a := startAuthority(t, seenHTTP, seenTLS)
			data := t.TempDir()
			stop := start(t, exe, data, a, httpPort, tlsPort)
			first, err := visit(t, a.roots, tlsPort)
			stop()
			if err != nil {
				t.Fatal(err)
			}
			if err := first.VerifyHostname(domain); err != nil {
				t.Error(err)
			}

			// The certificate is kept: the next start needs no authority.
			a.server.Close()
			stop = start(t, exe, data, a, httpPort, tlsPort)
			again, err := visit(t, a.roots, tlsPort)
			stop()
			if err != nil {
				t.Fatal(err)
			}
			if !again.Equal(first) {
				t.Error("the second start shows another certificate")
			}
		})
	}
}

// TestRedirect holds that plain HTTP leads to https and nowhere else.
func TestRedirect(t *testing.T) {
	exe := program(t)
	httpPort, tlsPort := freePort(t), freePort(t)
	a := startAuthority(t, httpPort, tlsPort)
	defer start(t, exe, t.TempDir(), a, httpPort, tlsPort)()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+local(httpPort)+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = domain
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, want := resp.Header.Get("Location"), "https://"+domain+"/healthz"; resp.StatusCode != http.StatusFound || got != want {
		t.Errorf("got %d to %q, want 302 to %q", resp.StatusCode, got, want)
	}
}
