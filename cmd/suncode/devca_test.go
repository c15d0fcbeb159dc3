package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// clock is a time that tests move.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func openTestCA(t *testing.T, dir string, c *clock) *devCA {
	t.Helper()
	ca, err := openDevCA(dir, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func leafOf(t *testing.T, ca *devCA) *x509.Certificate {
	t.Helper()
	pair, err := ca.certificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

func TestDevCAVouchesForItsNames(t *testing.T) {
	c := &clock{time.Now()}
	ca := openTestCA(t, t.TempDir(), c)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	leaf := leafOf(t, ca)
	for _, name := range []string{"localhost", "127.0.0.1", "::1", platformHost} {
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: pool, CurrentTime: c.Time}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := leaf.VerifyHostname("example.com"); err == nil {
		t.Error("the leaf vouches for example.com")
	}
}

func TestDevCACannotVouchForOthers(t *testing.T) {
	ca := openTestCA(t, t.TempDir(), &clock{time.Now()})
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"mp.weixin.qq.com"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: "mp.weixin.qq.com", Roots: pool}); err == nil {
		t.Error("a certificate for mp.weixin.qq.com under the development CA is valid")
	}
}

func TestDevCAStays(t *testing.T) {
	dir, c := t.TempDir(), &clock{time.Now()}
	first := openTestCA(t, dir, c)
	again := openTestCA(t, dir, c)
	if !first.fresh || again.fresh {
		t.Errorf("fresh: first %v, again %v", first.fresh, again.fresh)
	}
	if !first.cert.Equal(again.cert) {
		t.Error("a second start has another CA")
	}
	info, err := os.Stat(filepath.Join(dir, "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the key's mode is %o", mode)
	}
}

func TestDevCARenews(t *testing.T) {
	dir, c := t.TempDir(), &clock{time.Now()}
	ca := openTestCA(t, dir, c)
	leaf := leafOf(t, ca)

	c.Time = leaf.NotAfter.Add(-devLeafLife/3 - time.Minute)
	if !leafOf(t, ca).Equal(leaf) {
		t.Error("the leaf was replaced with more than a third of its life left")
	}
	c.Time = leaf.NotAfter.Add(-devLeafLife/3 + time.Minute)
	if leafOf(t, ca).Equal(leaf) {
		t.Error("the leaf was not replaced with less than a third of its life left")
	}

	c.Time = ca.cert.NotAfter.Add(-devLeafLife - time.Minute)
	if openTestCA(t, dir, c).fresh {
		t.Error("the CA was replaced though it outlives a leaf")
	}
	c.Time = ca.cert.NotAfter.Add(-devLeafLife + time.Minute)
	if renewed := openTestCA(t, dir, c); !renewed.fresh || renewed.cert.Equal(ca.cert) {
		t.Error("the CA was not replaced near its end")
	}
}

func TestDevCAHalfThere(t *testing.T) {
	dir := t.TempDir()
	openTestCA(t, dir, &clock{time.Now()})
	if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := openDevCA(dir, time.Now); err == nil {
		t.Error("a CA without its key was accepted or replaced in silence")
	}
}
