package s3_test

import (
	"testing"

	"github.com/suncode/suncode/internal/s3"
)

// conformance/bucket_test.go has a real server.

func TestParseTarget(t *testing.T) {
	for text, want := range map[string][2]string{
		"s3://b": {"b", ""}, "s3://b/": {"b", ""}, "s3://b/p/q/": {"b", "p/q"}, "s3:///p": {}, "s3://": {}, "b/p": {}, "s3://b/p//q": {},
	} {
		bucket, prefix, err := s3.ParseTarget(text)
		if (err == nil) != (want[0] != "") || err == nil && (bucket != want[0] || prefix != want[1]) {
			t.Errorf("%s: %q %q, %v", text, bucket, prefix, err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "ftp://example.com")
	for endpoint, good := range map[string]bool{
		"": false, "http://127.0.0.1:9000": true, "https://s3.example.com/": true, "https://s3.example.com/path": false, "example.com": false, "http://": false,
	} {
		if _, err := s3.New(s3.Config{Endpoint: endpoint, Bucket: "codes"}); (err == nil) != good {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
}
