package wxapi

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// credentials are what an app asks for a token with.
type credentials struct {
	grantType string
	appID     string
	secret    string
	force     bool
}

// token is GET /cgi-bin/token: a new token with each call.
func (h *Handler) token(c *call) (answer, error) {
	if c.Method != http.MethodGet {
		return answer{}, wantsGet.because("%s", c.Method)
	}
	query := c.URL.Query()
	who := credentials{grantType: query.Get("grant_type"), appID: query.Get("appid"), secret: query.Get("secret")}
	if err := h.checkGrant(c, who); err != nil {
		return answer{}, err
	}
	return granted(h.Tokens.Issue(c.Context(), who.appID, who.secret))
}

// stableToken is POST /cgi-bin/stable_token: the same token for as long as it lasts.
func (h *Handler) stableToken(c *call) (answer, error) {
	if c.Method != http.MethodPost {
		return answer{}, wantsPost.because("%s", c.Method)
	}
	body, err := c.readBody()
	if err != nil {
		return answer{}, err
	}
	var who credentials
	if err := decodeBody(body, h.Compat, credentialKeys, &who); err != nil {
		return answer{}, err
	}
	if err := h.checkGrant(c, who); err != nil {
		return answer{}, err
	}
	if err := h.Limiter.Count(c.Context(), c.app, stablePath); err != nil {
		if issue.CodeOf(err) == issue.RateLimited {
			err = slower.because("%v", err)
		}
		return answer{}, err
	}
	return granted(h.Tokens.Stable(c.Context(), who.appID, who.secret, who.force))
}

// checkGrant looks at what a token is asked for with, in the platform's order: an appid and a secret are there, the
// appid is known, the grant type is the one there is, the secret is right, the address is one that it may come from.
func (h *Handler) checkGrant(c *call, who credentials) error {
	err := h.checkSecret(c, who)
	if who.appID != "" && who.secret != "" && issue.CodeOf(err) != issue.UnknownApp && who.grantType != "client_credential" {
		return badGrantType.because("grant_type is not client_credential")
	}
	return err
}

// checkSecret tells who calls by appid and secret.
func (h *Handler) checkSecret(c *call, who credentials) error {
	switch {
	case who.appID == "":
		return noAppID.because("appid is missing or empty")
	case who.secret == "":
		return noSecret.because("the secret is missing or empty")
	}
	app, err := h.Tokens.Authenticate(who.appID, who.secret)
	c.app = app
	if issue.CodeOf(err) == issue.UnknownApp {
		return &issue.Error{Code: issue.UnknownApp, Message: "no app has this appid"} // not which: it may be a secret in the wrong place
	}
	if err != nil {
		return err
	}
	if ip := h.client(c.Request); !app.Admits(ip) {
		return badIP(ip).because("%s lists %d networks that its secret may be used from, and %v is in none", app.AppID, len(app.Networks), ip)
	}
	return nil
}

// granted is the answer that hands a token out.
func granted(grant issue.Grant, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	body, err := json.Marshal(struct {
		Token     string `json:"access_token"`
		ExpiresIn int64  `json:"expires_in"` // seconds
	}{grant.Token, int64(grant.ExpiresIn / time.Second)})
	return answer{contentType: gatewayType, body: body}, err
}
