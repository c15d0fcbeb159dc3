package wxapi

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordedRequests replays, byte for byte but for the token, the appid and the secret, what clients were recorded
// to send for the three calls. The recordings are not part of the repository.
func TestRecordedRequests(t *testing.T) {
	files, err := filepath.Glob("../../../shared/requests/*__*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recorded requests beside the repository (../shared/requests): nothing to replay")
	}
	r := newRig(t, nil)
	replayed := 0
	for _, file := range files {
		recorded, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		call := strings.Split(filepath.Base(file), "__")[1]
		if call != "cgi-bin_token" && call != "cgi-bin_stable_token" && call != "wxa_getwxacodeunlimit" {
			continue
		}
		replayed++
		t.Run(filepath.Base(file), func(t *testing.T) {
			got := r.replay(t, string(recorded))
			switch {
			case call != "wxa_getwxacodeunlimit":
				tokenOf(t, got)
			case strings.Contains(string(recorded), `"env_version":""`):
				wantError(t, got, badArgs)
			case strings.Contains(string(recorded), `"trial"`) && !strings.Contains(string(recorded), `"check_path":false`):
				wantError(t, got, badPage)
			default:
				wantPicture(t, got)
			}
		})
	}
	if replayed < 20 {
		t.Errorf("only %d requests were replayed", replayed)
	}
}

// replay sends a recorded request on a connection of its own.
func (r *rig) replay(t *testing.T, recorded string) reply {
	t.Helper()
	recorded = strings.NewReplacer("85_SINKTOKEN", r.token, "wx0123456789abcdef", r.appID,
		"0123456789abcdef0123456789abcdef", r.secret).Replace(recorded)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, recorded); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response, body}
}
