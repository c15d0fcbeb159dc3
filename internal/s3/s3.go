// Package s3 is where a batch's files go when that is a bucket: of S3 itself or
// of any store that speaks its protocol.
//
// Uploads run side by side, and each is tried again with growing pauses when
// the store fails or cannot be reached. An object is there whole or not at
// all. Credentials come from the environment or the file that other tools of
// S3 read; nothing here keeps them.
package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/suncode/suncode/internal/batch"
)

const (
	// DefaultEndpoint is S3 itself.
	DefaultEndpoint = "https://s3.amazonaws.com"
	// Uploads is how many run at a time.
	Uploads = 16
	// Tries is how often an upload is tried before the run ends, which can be
	// resumed. The pauses between grow to a few seconds.
	Tries = 8
)

// Config says where a bucket is.
type Config struct {
	Endpoint string // URL; "": of the environment, or DefaultEndpoint
	Bucket   string
	Prefix   string // of all names, without slashes at its ends; may be ""
}

// ParseTarget reads s3://bucket/prefix.
func ParseTarget(text string) (bucket, prefix string, err error) {
	rest, ok := strings.CutPrefix(text, "s3://")
	bucket, prefix, _ = strings.Cut(rest, "/")
	prefix = strings.Trim(prefix, "/")
	if !ok || bucket == "" || strings.Contains(prefix, "//") {
		return "", "", fmt.Errorf("%q is not of the form s3://bucket/prefix", text)
	}
	return bucket, prefix, nil
}

// Sink is a [batch.Sink] that puts files into a bucket.
type Sink struct {
	client *minio.Client
	bucket string
	prefix string
}

// New is a sink for a bucket, which must exist. It asks nobody yet.
func New(c Config) (*Sink, error) {
	endpoint := c.Endpoint
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if endpoint == "" {
			endpoint = os.Getenv(name)
		}
	}
	if endpoint == "" {
		endpoint = DefaultEndpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("the endpoint %q is not a URL such as https://s3.example.com", endpoint)
	}
	transport, err := minio.DefaultTransport(u.Scheme == "https")
	if err != nil {
		return nil, err
	}
	transport.MaxIdleConnsPerHost = Uploads
	transport.ResponseHeaderTimeout = time.Minute
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{},
		}),
		Secure: u.Scheme == "https", Region: region(), Transport: transport, MaxRetries: Tries,
	})
	if err != nil {
		return nil, err
	}
	client.SetAppInfo("suncode", "batch")
	return &Sink{client: client, bucket: c.Bucket, prefix: c.Prefix}, nil
}

func region() string {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if r := os.Getenv(name); r != "" {
			return r
		}
	}
	return ""
}

// Parallel implements [batch.Sink].
func (s *Sink) Parallel() int { return Uploads }

// Begin implements [batch.Sink].
func (s *Sink) Begin(ctx context.Context, _ string, at *batch.Mark) error {
	if at != nil {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	object, some := <-s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.key(""), MaxKeys: 1})
	switch {
	case !some:
		return nil
	case object.Err != nil:
		return s.failed("listing", object.Err)
	}
	return fmt.Errorf("%w: s3://%s has %s", batch.ErrNotEmpty, s.bucket, object.Key)
}

// key is the object of a file; of "" it is what all keys begin with.
func (s *Sink) key(name string) string {
	if s.prefix == "" {
		return name
	}
	return s.prefix + "/" + name
}

// Put implements [batch.Sink].
func (s *Sink) Put(ctx context.Context, f batch.File) error {
	_, err := s.client.PutObject(ctx, s.bucket, s.key(f.Name), bytes.NewReader(f.Data), int64(len(f.Data)),
		minio.PutObjectOptions{ContentType: f.Type, DisableMultipart: true})
	return s.failed(f.Name, err)
}

// failed says what could not be done, and makes a missing bucket or wrong
// credentials plain.
func (s *Sink) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	answer, _ := errors.AsType[minio.ErrorResponse](err)
	switch answer.StatusCode {
	case http.StatusNotFound:
		return fmt.Errorf("there is no bucket %s: %w", s.bucket, err)
	case http.StatusForbidden:
		return fmt.Errorf("s3://%s is not open to AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: %w", s.bucket, err)
	}
	return fmt.Errorf("s3://%s: %s: %w", s.bucket, what, err)
}

// Mark implements [batch.Sink].
func (s *Sink) Mark() batch.Mark { return batch.Mark{} }

// Sync implements [batch.Sink]: what was put is there.
func (s *Sink) Sync(context.Context) error { return nil }

// Finish implements [batch.Sink].
func (s *Sink) Finish(ctx context.Context, extras []batch.Extra) error {
	for _, e := range extras {
		_, err := s.client.FPutObject(ctx, s.bucket, s.key(e.Name), e.Path, minio.PutObjectOptions{ContentType: e.Type})
		if err != nil {
			return s.failed(e.Name, err)
		}
	}
	return nil
}

// Close implements [batch.Sink].
func (s *Sink) Close() error { return nil }
