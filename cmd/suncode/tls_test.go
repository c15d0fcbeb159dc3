package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writePair puts a fresh certificate and its key into dir.
func writePair(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	ca := openTestCA(t, t.TempDir(), &clock{time.Now()})
	pair, err := ca.issue()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeIdentity(dir, pair); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
}

// writeIdentity puts a certificate and its key into dir.
func writeIdentity(dir string, pair *tls.Certificate) error {
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	return errors.Join(err,
		writePEM(filepath.Join(dir, "cert.pem"), "CERTIFICATE", pair.Certificate[0], 0o644),
		writePEM(filepath.Join(dir, "key.pem"), "PRIVATE KEY", der, 0o600))
}

func shown(t *testing.T, c *certFiles) *x509.Certificate {
	t.Helper()
	c.looked = time.Time{} // as if a second had passed
	pair, err := c.certificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

func TestCertFilesFollowChanges(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	c := &certFiles{log: slog.New(slog.NewTextHandler(&log, nil))}
	c.cert, c.key = writePair(t, dir)
	if err := c.load(); err != nil {
		t.Fatal(err)
	}
	first := shown(t, c)
	writePair(t, dir)
	second := shown(t, c)
	if second.Equal(first) {
		t.Error("a new certificate on disk is not shown")
	}
	if err := os.WriteFile(c.key, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !shown(t, c).Equal(second) {
		t.Error("a broken key took the good certificate away")
	}
	if !strings.Contains(log.String(), "the old one stays") {
		t.Errorf("the log does not say so: %s", log.String())
	}
}

func TestCertFilesMissing(t *testing.T) {
	o := tlsOptions{cert: filepath.Join(t.TempDir(), "none.pem"), key: "none.pem"}
	if _, err := o.open(t.TempDir(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a missing certificate is no error")
	}
}

func TestTLSOptionsCheck(t *testing.T) {
	for _, o := range []tlsOptions{
		{cert: "a"},
		{key: "a"},
		{cert: "a", key: "b", dev: true},
		{acme: "example.com", dev: true},
		{cert: "a", key: "b", acme: "example.com"},
	} {
		if err := o.check(); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
	for _, o := range []tlsOptions{{}, {cert: "a", key: "b"}, {acme: "example.com"}, {dev: true}} {
		if err := o.check(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
