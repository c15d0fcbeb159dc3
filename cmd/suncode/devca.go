package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Lifetimes of the development certificates. A CA that would not outlive a
// fresh leaf is replaced at start; a leaf is replaced with a third of its life
// left, while the server runs.
const (
	devCALife   = 5 * 365 * 24 * time.Hour
	devLeafLife = 90 * 24 * time.Hour
)

// platformHost is the host that SDKs of the platform have built in.
const platformHost = "api.weixin.qq.com"

// The names the development CA may vouch for; it is constrained to them, so
// that trusting it endangers nothing else.
var (
	devNames = []string{"localhost", platformHost}
	devIPs   = []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}
)

// devCA is the small certificate authority of --tls-dev. Its key lies in the
// data folder, readable by its owner only; leaves live in memory.
type devCA struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	path  string // of the CA certificate, PEM
	fresh bool   // made by this start: clients must be told to trust it
	now   func() time.Time

	mu   sync.Mutex
	leaf *tls.Certificate
}

// openDevCA loads the CA in dir or makes one when there is none or it nears
// its end.
func openDevCA(dir string, now func() time.Time) (*devCA, error) {
	ca := &devCA{path: filepath.Join(dir, "ca.pem"), now: now}
	keyPath := filepath.Join(dir, "ca-key.pem")
	err := ca.load(keyPath)
	if errors.Is(err, fs.ErrNotExist) || err == nil && ca.cert.NotAfter.Before(now().Add(devLeafLife)) {
		ca.fresh = true
		err = ca.create(dir, keyPath)
	}
	if err != nil {
		return nil, fmt.Errorf("development CA: %w", err)
	}
	return ca, nil
}

// load reads certificate and key. The error wraps fs.ErrNotExist only when
// both are missing.
func (c *devCA) load(keyPath string) error {
	_, certErr := os.Stat(c.path)
	_, keyErr := os.Stat(keyPath)
	if certErr != nil && keyErr != nil {
		return errors.Join(certErr, keyErr)
	}
	pair, err := tls.LoadX509KeyPair(c.path, keyPath)
	if err != nil {
		return hinted(fmt.Errorf("%v", err), "remove "+c.path+" and "+keyPath+" to get a new one")
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return hinted(fmt.Errorf("%s is not a CA made by suncode", c.path), "remove it to get a new one")
	}
	c.cert, c.key = pair.Leaf, key
	return nil
}

func (c *devCA) create(dir, keyPath string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := c.now()
	template := &x509.Certificate{
		Subject:                     pkix.Name{CommonName: "Suncode development CA"},
		NotBefore:                   now.Add(-time.Hour),
		NotAfter:                    now.Add(devCALife),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         devNames,
	}
	for _, ip := range devIPs {
		bits := len(ip) * 8
		template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{IP: ip, Mask: net.CIDRMask(bits, bits)})
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if c.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	c.key = key
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		writePEM(keyPath, "PRIVATE KEY", keyDER, 0o600),
		writePEM(c.path, "CERTIFICATE", der, 0o644),
	)
}

// certificate is the leaf to show, made anew when the last one nears its end.
func (c *devCA) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaf != nil && c.now().Before(c.leaf.Leaf.NotAfter.Add(-devLeafLife/3)) {
		return c.leaf, nil
	}
	leaf, err := c.issue()
	if err != nil {
		return nil, fmt.Errorf("development CA: %w", err)
	}
	c.leaf = leaf
	return leaf, nil
}

func (c *devCA) issue() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := c.now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Suncode development server"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(devLeafLife),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              devNames,
		IPAddresses:           devIPs,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.cert, key.Public(), c.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// writePEM replaces a file whole, so that a crash leaves the old or the new.
func writePEM(path, kind string, der []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone after the rename
	err = errors.Join(f.Chmod(mode), pem.Encode(f, &pem.Block{Type: kind, Bytes: der}), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
