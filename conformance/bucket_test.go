package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// bucketServer builds versitygw once for all tests.
var bucketServer = sync.OnceValues(func() (string, error) {
	exe := filepath.Join(scratch, "versitygw")
	build := exec.Command("go", "build", "-o", exe, "github.com/versity/versitygw/cmd/versitygw")
	build.Dir = filepath.Join(home, "bucket")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return exe, nil
})

// bucketKey and bucketSecret are the credentials of the server.
const bucketKey, bucketSecret = "tester", "tester-secret"

// startBucket starts an S3 server, and returns its URL and the folder in which
// buckets are folders.
func startBucket(t *testing.T) (*url.URL, string) {
	t.Helper()
	exe, err := bucketServer()
	if err != nil {
		lacking(t, "no S3 server: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	cmd := exec.Command(exe, "--access", bucketKey, "--secret", bucketSecret, "--port", addr, "--quiet", "--keep-alive", "posix", dir)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return &url.URL{Scheme: "http", Host: addr}, dir
		}
		if time.Now().After(end) {
			t.Fatalf("the S3 server does not start: %s", said.String())
		}
	}
}

// faulty is a proxy before an S3 server that fails now and then: with an
// answer, without one, or after the server has done its work. With TLS its
// certificate, which nobody else has signed, lies in the file whose name it
// returns.
func faulty(t *testing.T, to *url.URL, secure bool) (address, certificate string, failures *atomic.Int64) {
	t.Helper()
	proxy := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ErrorLog: log.New(io.Discard, "", 0),
	}
	var calls atomic.Int64
	failures = new(atomic.Int64)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		switch {
		case n%5 == 2:
			failures.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		case n%17 == 3:
			failures.Add(1)
			panic(http.ErrAbortHandler)
		case n%19 == 4:
			failures.Add(1)
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	server.Config.ErrorLog = proxy.ErrorLog
	t.Cleanup(server.Close)
	if !secure {
		server.Start()
		return server.URL, "", failures
	}
	server.StartTLS()
	certificate = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, certificate, failures
}

// batchEntry is a line of manifest.jsonl.
type batchEntry struct {
	Row         int64
	Scene, File string
	SHA256      string
}

// TestBucket sends a batch to a real S3 server through a proxy that fails,
// kills it, and resumes it.
func TestBucket(t *testing.T) {
	server, dir := startBucket(t)
	if err := os.Mkdir(filepath.Join(dir, "codes"), 0o755); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	shop := addApp(t, data)
	for scheme, rows := range map[string]int{"http": 400, "https": 1100} { // a folder would have shards from 1001 on
		t.Run(scheme, func(t *testing.T) { fillBucket(t, server, dir, data, shop.ID, scheme, rows) })
	}
	checkTypes(t, server)
}

func fillBucket(t *testing.T, server *url.URL, dir, data, app, scheme string, rows int) {
	t.Helper()
	address, certificate, failures := faulty(t, server, scheme == "https")
	secret := bucketSecret
	batch := func(ctx context.Context, target string, args ...string) (int, string) {
		exe, err := program()
		if err != nil {
			t.Fatal(err)
		}
		args = append([]string{
			"batch", "--pattern", fmt.Sprintf("id/{1..%d}", rows), "--width", "280", "--data", data, "--app", app,
			"-o", target, "--s3-endpoint", address, "--state", filepath.Join(data, "state"),
		}, args...)
		cmd := exec.CommandContext(ctx, exe, args...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+bucketKey, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION=us-east-1", "SSL_CERT_FILE="+certificate)
		out, err := cmd.CombinedOutput()
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			return failed.ExitCode(), string(out)
		}
		return 0, string(out)
	}
	if trusted := certificate; trusted != "" {
		certificate = ""
		if code, out := batch(t.Context(), "s3://codes/https"); code != 1 || !strings.Contains(out, "certificate signed by unknown authority") {
			t.Errorf("a certificate that nobody trusts: exit code %d: %s", code, out)
		}
		certificate = trusted
	}
	secret = "wrong"
	if code, out := batch(t.Context(), "s3://codes/spring"); code != 1 || !strings.Contains(out, "s3://codes is not open to AWS_ACCESS_KEY_ID") {
		t.Errorf("a wrong secret: exit code %d: %s", code, out)
	}
	secret = bucketSecret
	if code, out := batch(t.Context(), "s3://nothing/here"); code != 1 || !strings.Contains(out, "there is no bucket nothing") {
		t.Errorf("no bucket: exit code %d: %s", code, out)
	}
	kills := 0
	for wait := 300 * time.Millisecond; ; wait += wait / 2 {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		code, out := batch(ctx, "s3://codes/spring/"+scheme, "--resume")
		cancel()
		if code == 0 {
			break
		}
		if kills++; code != -1 || kills > 30 {
			t.Fatalf("after %d kills: exit code %d: %s", kills, code, out)
		}
	}
	if kills == 0 || failures.Load() < 50 {
		t.Errorf("killed %d times, failed %d times", kills, failures.Load())
	}
	compareBucket(t, filepath.Join(dir, "codes", "spring", scheme), rows)
	if code, out := batch(t.Context(), "s3://codes/spring/"+scheme); code != 2 || !strings.Contains(out, "not empty") {
		t.Errorf("a second batch: exit code %d: %s", code, out)
	}
}

// compareBucket holds what is in the bucket to the manifest there.
func compareBucket(t *testing.T, dir string, rows int) {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	entries := 0
	for lines := json.NewDecoder(bytes.NewReader(manifest)); lines.More(); entries++ {
		var e batchEntry
		if err := lines.Decode(&e); err != nil {
			t.Fatal(err)
		}
		picture, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(picture); hex.EncodeToString(sum[:]) != e.SHA256 || e.Scene != fmt.Sprintf("id/%d", e.Row) || e.File != fmt.Sprintf("id%%2F%d.jpg", e.Row) {
			t.Fatalf("%+v is another object", e)
		}
	}
	objects := 0
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			objects++
		}
		return err
	})
	if err != nil || entries != rows || objects != entries+2 {
		t.Errorf("%d entries, %d objects (%v)", entries, objects, err)
	}
}

// checkTypes asks for the media types of what was stored.
func checkTypes(t *testing.T, server *url.URL) {
	t.Helper()
	client, err := minio.New(server.Host, &minio.Options{Creds: credentials.NewStaticV4(bucketKey, bucketSecret, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"spring/http/id%2F7.jpg": "image/jpeg", "spring/https/manifest.csv": "text/csv", "spring/https/manifest.jsonl": "application/x-ndjson",
	} {
		info, err := client.StatObject(t.Context(), "codes", name, minio.StatObjectOptions{})
		if err != nil || info.ContentType != want {
			t.Errorf("%s: %q, %v", name, info.ContentType, err)
		}
	}
}
