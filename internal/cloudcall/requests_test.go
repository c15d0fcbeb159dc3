package cloudcall

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The two calls of every recording, as the API sees them.
const (
	recordedShort = `wx1 /wxa/getwxacodeunlimit {"scene":"a=1"}`
	recordedFull  = `wx1 /wxa/getwxacodeunlimit {"scene":"a=1","page":"pages/index/index","width":430,"check_path":false,` +
		`"env_version":"develop","auto_color":false,"line_color":{"r":0,"g":"12","b":255},"is_hyaline":true}`
)

// TestRecordedRequests replays, byte for byte and at the time of their signatures, what the SDK's versions were
// recorded to send: each must verify, and none must with one byte changed. The recordings are not part of the
// repository.
func TestRecordedRequests(t *testing.T) {
	files, err := filepath.Glob("../../../shared/requests/cloudcall-*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recorded requests beside the repository (../shared/requests): nothing to replay")
	}
	if len(files) < 12 {
		t.Errorf("only %d requests", len(files))
	}
	r := newRig(t, nil, "wxacode.getUnlimited")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			recorded, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := recordedShort
			if strings.Contains(file, "__2") {
				want = recordedFull
			}
			got := r.replay(t, recorded)
			if got.code != "" || string(got.data) != want || got.mediaType != "image/jpeg" || got.httpCode != http.StatusOK {
				t.Errorf("got %v, want %s", got, want)
			}
			for _, signed := range []string{"local-env", "tcb-", "not_scf", "unknown"} {
				altered := bytes.Replace(recorded, []byte(signed), []byte("L"+signed[1:]), 1)
				if bytes.Equal(altered, recorded) {
					continue
				}
				if got := r.replay(t, altered); got.code != "SIGN_PARAM_INVALID" || !strings.HasPrefix(got.message, "signature is wrong") {
					t.Errorf("with another %s: %v", signed, got)
				}
			}
		})
	}
}

// replay sends a recorded request on a connection of its own.
func (r *rig) replay(t *testing.T, recorded []byte) outcome {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.Copy(connection, bytes.NewReader(recorded)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	return outcomeOf(t, response)
}
