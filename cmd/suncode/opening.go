package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/launch"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

// opening is where a launch comes from: a picture, a ticket, a request of the
// API, or a page and a scene.
type opening struct {
	data, server                 string
	ticket, request, page, scene string
	env, from                    choice
	square                       bool
	index                        int
}

func (o *opening) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.ticket, "ticket", "", "in place of a picture, a `TICKET` or the address of a square code")
	flags.StringVar(&o.request, "request", "", "in place of a picture, `JSON` as the API takes it, or @FILE with it")
	flags.StringVar(&o.page, "page", "", "open `PAGE`; one with a query stands for a code with a path")
	flags.StringVar(&o.scene, "scene", "", "the code has the scene `TEXT`")
	o.env = oneOf("release", "trial", "develop")
	addChoice(cmd, &o.env, "env", "version that --page and --scene open")
	o.from = oneOf(string(launch.Scan), string(launch.LongPress), string(launch.Album))
	addChoice(cmd, &o.from, "from", "how the user came by the code")
	flags.BoolVar(&o.square, "square", false, "the code is a square one")
	flags.IntVar(&o.index, "index", 0, "the `N`th code, from 1, of a picture that holds several")
	dataFlag(flags, &o.data)
	flags.StringVar(&o.server, "server", "", "let the suncode server at `URL` resolve tickets")
	bindEnv(flags, "server")
}

// opened is a launch, and what is known about the code beside it.
type opened struct {
	launch.Launch
	seal string // "checked" or "unchecked", "" where there is none
	home bool   // the code names no page
}

// open finds out what the code opens; file is "" when no picture was given.
func (o *opening) open(cmd *cobra.Command, file string) (opened, error) {
	sources := 0
	for _, given := range []string{file, o.ticket, o.request} {
		if given != "" {
			sources++
		}
	}
	if sources > 1 {
		return opened{}, usageError("", "choose one of a picture, --ticket and --request")
	}
	if sources == 1 && o.scene != "" {
		return opened{}, usageError("", "a code has its scene: --scene stands for one that is not there")
	}
	var result opened
	var err error
	switch {
	case o.request != "":
		result, err = o.fromRequest()
	case sources == 0:
		result, err = o.fromValues(o.page, o.scene, o.env.value)
	default:
		result, err = o.fromTicket(cmd, file)
	}
	result.Scene = launch.SceneValue(launch.From(o.from.value), o.square)
	return result, err
}

// fromValues is the launch of a page and a scene, held to the rules of the API.
func (o *opening) fromValues(page, scene, env string) (opened, error) {
	if page == "" && scene == "" {
		return opened{}, usageError("as in 'suncode launch code.jpg' or --scene a=1", "what is opened? name a picture, --ticket, --request, --page or --scene")
	}
	name, query, hasQuery := strings.Cut(page, "?")
	if strings.HasPrefix(name, "/") {
		return opened{}, usageError("as in pages/index/index", "a page has no / before it")
	}
	if scene != "" {
		if hasQuery {
			return opened{}, usageError("", "a code has a scene or a query, not both")
		}
		if err := ticket.ValidScene(scene); err != nil {
			return opened{}, usageError("encode other characters some other way, not by %", "%w", err)
		}
		query = "scene=" + issue.EncodeURIComponent(scene)
	}
	return opened{Launch: launch.Launch{Env: env, Page: name, Query: query}, home: name == ""}, nil
}

// fromRequest is the launch of the code that a request asks for.
func (o *opening) fromRequest() (opened, error) {
	text := []byte(o.request)
	if name, ok := strings.CutPrefix(o.request, "@"); ok {
		var err error
		if text, err = readFile(name, maxRequestFile); err != nil {
			return opened{}, err
		}
	}
	request := struct {
		Page  string `json:"page"`
		Path  string `json:"path"`
		Scene string `json:"scene"`
		Env   string `json:"env_version"`
	}{Env: o.env.value}
	if err := json.Unmarshal(text, &request); err != nil {
		return opened{}, usageError(`as in --request '{"scene":"a=1"}'`, "--request: %w", err)
	}
	switch {
	case o.page != "":
		request.Page = o.page
	case request.Scene == "":
		request.Page = request.Path
	}
	return o.fromValues(request.Page, request.Scene, request.Env)
}

// maxRequestFile is the largest request that is read, in bytes.
const maxRequestFile = 1 << 20

// fromTicket is the launch of a code that was made here.
func (o *opening) fromTicket(cmd *cobra.Command, file string) (opened, error) {
	raw, err := o.raw(file)
	if err != nil {
		return opened{}, err
	}
	parsed, err := ticket.Parse(raw)
	if err != nil {
		return opened{}, &failure{code: exitForeign, err: err}
	}
	ask, err := o.resolver(cmd)
	if err != nil {
		return opened{}, err
	}
	if ask == nil {
		return o.unresolved(parsed)
	}
	defer func() { _ = ask.Close() }() // only read
	t, err := o.resolve(cmd.Context(), ask, raw)
	if err != nil {
		return opened{}, err
	}
	_, query, _ := strings.Cut(t.Path, "?")
	result := opened{Launch: launch.Launch{AppID: t.AppID, Env: t.EnvVersion, Page: t.Page, Query: query}, seal: "checked", home: parsed.Page == 0}
	if o.page != "" {
		result.Page, result.home = o.page, false
	}
	return result, nil
}

func (o *opening) resolve(ctx context.Context, ask resolver, raw []byte) (target, error) {
	t, err := ask.Resolve(ctx, raw)
	if why, ok := errors.AsType[*refusal](err); ok {
		return t, &failure{code: exitForeign, err: why}
	}
	return t, err
}

// unresolved is what a ticket tells without a registry.
func (o *opening) unresolved(t ticket.Ticket) (opened, error) {
	if t.Page != 0 && o.page == "" || t.Scene == "" {
		return opened{}, hinted(fmt.Errorf("the ticket has page %d by its number alone", t.Page), "--data or --server says where its name is known, --page gives it")
	}
	result, err := o.fromValues(o.page, t.Scene, t.Env.String())
	result.seal = "unchecked"
	return result, err
}

// raw is the ticket in the picture or the one that was given.
func (o *opening) raw(file string) ([]byte, error) {
	if file == "" {
		if u, err := url.Parse(o.ticket); err == nil && u.Host != "" {
			o.ticket, o.square = path.Base(u.Path), true
		}
		raw, err := base64.RawURLEncoding.DecodeString(o.ticket)
		if err != nil {
			return nil, usageError("'suncode scan --json' prints tickets", "--ticket is not base64url: %w", err)
		}
		return raw, nil
	}
	img, err := openPicture(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", file, reason(err))
	}
	result, err := chooseCode(file, o.index, scan.Find(img, scan.Options{}))
	if err != nil {
		return nil, err
	}
	raw, ok := result.Ticket()
	if !ok {
		return nil, &failure{
			code: exitForeign, err: fmt.Errorf("%s: a real platform's code: what it opens is known to the platform alone", file),
			hint: "--page and --scene say what it opens",
		}
	}
	return raw, nil
}

// resolver is who knows the tickets, nil if there is nobody to ask.
func (o *opening) resolver(cmd *cobra.Command) (resolver, error) {
	flags := cmd.Flags()
	switch {
	case flags.Changed("data") && flags.Changed("server"):
		return nil, usageError("", "choose one of --data and --server")
	case o.server != "" && !flags.Changed("data"):
		return newServerResolver(o.server)
	case isSet(flags, "data") || hasRegistry(o.data):
		return newRegistryResolver(cmd.Context(), o.data)
	}
	return nil, nil
}
