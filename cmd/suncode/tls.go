package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// tlsOptions says how the server proves who it is; the zero value is plain
// HTTP, and at most one of the three ways is chosen.
type tlsOptions struct {
	cert, key string // own files

	acme          string // domain
	acmeEmail     string
	acmeDirectory string
	acmeHTTP      string // address for HTTP-01, "" for none

	dev bool // own small CA
}

func (o *tlsOptions) define(flags *pflag.FlagSet) {
	flags.StringVar(&o.cert, "tls-cert", "", "certificate chain in a PEM `FILE`; read again when it changes on disk")
	flags.StringVar(&o.key, "tls-key", "", "private key of --tls-cert in a PEM `FILE`")
	flags.StringVar(&o.acme, "acme", "", "get a certificate for `DOMAIN` from an ACME authority")
	flags.StringVar(&o.acmeEmail, "acme-email", "", "leave the mail `ADDRESS` with the authority")
	flags.StringVar(&o.acmeDirectory, "acme-directory", autocert.DefaultACMEDirectory, "the authority with this directory `URL`")
	flags.StringVar(&o.acmeHTTP, "acme-http", ":80", "answer HTTP-01 challenges and redirect to https on `HOST:PORT`, - for not at all")
	flags.BoolVar(&o.dev, "tls-dev", false, "serve HTTPS under an own small CA for localhost and "+platformHost)
	bindEnv(flags, "tls-cert", "tls-key", "acme", "acme-email", "acme-directory", "acme-http", "tls-dev")
}

// check reports a combination of flags that makes no sense.
func (o *tlsOptions) check() error {
	if (o.cert == "") != (o.key == "") {
		return usageError("", "--tls-cert and --tls-key belong together")
	}
	ways := 0
	for _, chosen := range []bool{o.cert != "", o.acme != "", o.dev} {
		if chosen {
			ways++
		}
	}
	if ways > 1 {
		return usageError("", "choose one of --tls-cert, --acme and --tls-dev")
	}
	return nil
}

// identity is a chosen way made ready.
type identity struct {
	config    *tls.Config       // nil for plain HTTP
	challenge *autocert.Manager // answers HTTP-01, nil unless --acme
	dev       *devCA            // nil unless --tls-dev
	prepare   func()            // gets what takes a while once the server answers, nil for nothing
	host      string            // the name the certificate is for, "" for any way to reach the machine
}

// open makes the chosen way ready; data is the registry's folder.
func (o *tlsOptions) open(data string, log *slog.Logger) (identity, error) {
	switch {
	case o.cert != "":
		files := &certFiles{cert: o.cert, key: o.key, log: log}
		if err := files.load(); err != nil {
			return identity{}, hinted(err, "--tls-cert takes the certificate chain and --tls-key its private key, both PEM")
		}
		return identity{config: serverTLS(files.certificate), host: files.host()}, nil
	case o.acme != "":
		return o.openACME(data, log), nil
	case o.dev:
		ca, err := openDevCA(filepath.Join(data, "tls"), time.Now)
		if err != nil {
			return identity{}, err
		}
		return identity{config: serverTLS(ca.certificate), dev: ca}, nil
	}
	return identity{}, nil
}

func (o *tlsOptions) openACME(data string, log *slog.Logger) identity {
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		HostPolicy: onlyHost(o.acme),
		Cache:      autocert.DirCache(filepath.Join(data, "acme")),
		Email:      o.acmeEmail,
		Client:     &acme.Client{DirectoryURL: o.acmeDirectory, UserAgent: "suncode"},
	}
	certificate := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		c, err := m.GetCertificate(hello)
		if err != nil && hello.ServerName == o.acme {
			log.Warn("no certificate", "domain", o.acme, "error", err)
		}
		return c, err
	}
	config := serverTLS(certificate)
	config.NextProtos = append(config.NextProtos, acme.ALPNProto)
	return identity{config: config, challenge: m, host: o.acme, prepare: func() {
		// What a client says that takes an ECDSA certificate, as nearly all do.
		hello := &tls.ClientHelloInfo{ServerName: o.acme, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
		if c, err := certificate(hello); err == nil {
			log.Info("certificate ready", "domain", o.acme, "until", c.Leaf.NotAfter)
		}
	}}
}

// onlyHost admits one host, on any port: an authority under test may look at
// another port than 80.
func onlyHost(domain string) autocert.HostPolicy {
	admit := autocert.HostWhitelist(domain)
	return func(ctx context.Context, host string) error {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		return admit(ctx, host)
	}
}

// redirect is what the plain HTTP listener of --acme serves.
func (id identity) redirect() http.Handler { return id.challenge.HTTPHandler(nil) }

func serverTLS(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: certificate,
	}
}

// certFiles serves a certificate from two files and follows their changes.
type certFiles struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	seen    [2]stamp
	looked  time.Time
}

// stamp tells one state of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// certLookEvery bounds how often the files are looked at.
const certLookEvery = time.Second

func (c *certFiles) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < certLookEvery {
		return c.current, nil
	}
	if err := c.loadLocked(); err != nil {
		c.log.Warn("certificate not read again, the old one stays", "error", err)
	}
	return c.current, nil
}

func (c *certFiles) load() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loadLocked()
}

// host is the first name of the certificate, "" when that is a pattern.
func (c *certFiles) host() string {
	for _, name := range c.current.Leaf.DNSNames {
		if !strings.HasPrefix(name, "*") {
			return name
		}
	}
	return ""
}

// loadLocked reads the pair if either file changed since it was last tried.
func (c *certFiles) loadLocked() error {
	c.looked = time.Now()
	now, err := stamps(c.cert, c.key)
	if err != nil {
		return err
	}
	if now == c.seen {
		return nil
	}
	c.seen = now
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", c.cert, c.key, err)
	}
	if c.current != nil {
		c.log.Info("certificate read again", "file", c.cert, "until", pair.Leaf.NotAfter)
	}
	c.current = &pair
	return nil
}

func stamps(paths ...string) (s [2]stamp, err error) {
	for i, path := range paths {
		var info fs.FileInfo
		if info, err = os.Stat(path); err != nil {
			return s, err
		}
		s[i] = stamp{info.ModTime(), info.Size()}
	}
	return s, nil
}
