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
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// resolver says where a ticket leads. An error of Resolve says why the ticket
// leads nowhere.
type resolver interface {
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
		return target{}, err
	}
	return target{
		AppID: t.App.AppID, Page: t.Page, Path: t.Path, Scene: t.Scene, EnvVersion: t.Env.String(),
		Query: map[string]string{"scene": t.Query},
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
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usageError("as in http://127.0.0.1:8080", "--server %q is not the URL of a server", base)
	}
	return &serverResolver{&http.Client{Timeout: serverTimeout}, u.JoinPath("suncode", "v1", "resolve").String()}, nil
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
		return t, serverRefusal(resp.Status, body)
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

// ticketFacts is what a ticket says without its key, a name and a value each.
func ticketFacts(text string) [][2]string {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	t, err := ticket.Parse(raw)
	if err != nil {
		return nil
	}
	return [][2]string{
		{"scene", t.Scene},
		{"version", t.Env.String()},
		{"numbers", fmt.Sprintf("app %d, page %d, key %d", t.App, t.Page, t.Key)},
	}
}

// serverRefusal is the error that a server's answer tells.
func serverRefusal(status string, body []byte) error {
	var answer struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Error.Message == "" {
		return errors.New("the server answers " + status)
	}
	return errors.New(answer.Error.Message)
}
