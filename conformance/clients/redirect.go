package clients

import (
	"net/http"
	"net/url"
)

// redirect sends every request to another server than it was meant for.
type redirect struct{ server *url.URL }

// RoundTrip implements http.RoundTripper.
func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = r.server.Scheme, r.server.Host, ""
	return http.DefaultTransport.RoundTrip(req)
}

// Redirect is an HTTP client whose requests all go to server, a URL like
// http://127.0.0.1:8080, whichever host they name.
func Redirect(server string) (*http.Client, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: redirect{u}}, nil
}
