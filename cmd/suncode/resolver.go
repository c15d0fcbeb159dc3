package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// resolver says where a ticket leads.
type resolver interface {
	// Resolve fails with a *refusal when the ticket leads nowhere, and with
	// another error when that could not be found out.
	Resolve(ctx context.Context, raw []byte) (target, error)
	Close() error
}

// target is where a code leads, as POST /suncode/v1/resolve has it.
type target struct {
	AppID      string            `json:"appid"`
	Page       string            `json:"page"`
	Path       string            `json:"path"`
	Query      map[string]string `json:"query"`
	Scene      string            `json:"scene"`
	EnvVersion string            `json:"env_version"`
}

// registryResolver asks the registry in a folder.
type registryResolver struct {
	store    *sqlite.Store
	resolver *issue.Resolver
}

func newRegistryResolver(ctx context.Context, data string) (resolver, error) {
	store, err := openRegistry(ctx, data, existing)
	if err != nil {
		return nil, err
	}
	return &registryResolver{store, issue.NewResolver(store)}, nil
}

// Resolve implements resolver.
func (r *registryResolver) Resolve(_ context.Context, raw []byte) (target, error) {
	t, err := r.resolver.Resolve(raw)
	if err != nil {
		return target{}, refused(err)
	}
	return target{
		AppID: t.App.AppID, Page: t.Page, Path: t.Path, Scene: t.Scene, EnvVersion: t.Env.String(),
		Query: t.Query,
	}, nil
}

// Close implements resolver.
func (r *registryResolver) Close() error { return r.store.Close() }

// serverResolver asks a running server.
type serverResolver struct {
	client *http.Client
	url    string
}

// serverTimeout bounds one question to a server.
const serverTimeout = 10 * time.Second

func newServerResolver(base string) (resolver, error) {
	u, err := parseServer(base)
	if err != nil {
		return nil, err
	}
	return &serverResolver{&http.Client{Timeout: serverTimeout}, u.JoinPath("suncode", "v1", "resolve").String()}, nil
}

// parseServer reads a value of --server.
func parseServer(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usageError("as in http://127.0.0.1:8080", "--server %q is not the URL of a server", base)
	}
	return u, nil
}

// Resolve implements resolver.
func (r *serverResolver) Resolve(ctx context.Context, raw []byte) (target, error) {
	question, err := json.Marshal(map[string]string{"ticket": base64.RawURLEncoding.EncodeToString(raw)})
	if err != nil {
		return target{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(question))
	if err != nil {
		return target{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return target{}, err
	}
	defer func() { _ = resp.Body.Close() }() // only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return target{}, err
	}
	var t target
	if resp.StatusCode != http.StatusOK {
		return t, serverError(resp.Status, body)
	}
	if err := json.Unmarshal(body, &t); err != nil || t.AppID == "" {
		return t, fmt.Errorf("%s is no suncode server", r.url)
	}
	return t, nil
}

// Close implements resolver.
func (r *serverResolver) Close() error {
	r.client.CloseIdleConnections()
	return nil
}

// ticketFacts is what a ticket says without its key, a name and a value each; or
// that the bytes are none.
func ticketFacts(text string) [][2]string {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	t, err := ticket.Parse(raw)
	if err != nil {
		return [][2]string{{"bytes", strconv.QuoteToASCII(string(raw)) + ", which are no ticket"}}
	}
	if t.Scene == "" {
		return [][2]string{
			{"version", t.Env.String()},
			{"numbers", fmt.Sprintf("app %d, path %d, key %d", t.App, t.Page, t.Key)},
		}
	}
	return [][2]string{
		{"scene", t.Scene},
		{"version", t.Env.String()},
		{"numbers", fmt.Sprintf("app %d, page %d, key %d", t.App, t.Page, t.Key)},
	}
}

// refusal is why a ticket leads nowhere, as the server has it too: its code is
// malformed, forged, unknown or not_published.
type refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the message.
func (r *refusal) Error() string { return r.Message }

// refusals are the registry's errors that are about the ticket.
var refusals = map[issue.Code]string{
	issue.MalformedTicket: "malformed",
	issue.ForgedTicket:    "forged",
	issue.UnknownTicket:   "unknown",
	issue.NotPublished:    "not_published",
}

// refused makes a refusal of the registry's error, where it is one.
func refused(err error) error {
	if code, ok := refusals[issue.CodeOf(err)]; ok {
		return &refusal{code, err.Error()}
	}
	return err
}

// serverError is the error that a server's answer tells.
func serverError(status string, body []byte) error {
	var answer struct {
		Error refusal `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Error.Message == "" {
		return errors.New("the server answers " + status)
	}
	for _, code := range refusals {
		if answer.Error.Code == code {
			return &answer.Error
		}
	}
	return errors.New("the server answers " + status + ": " + answer.Error.Message)
}
