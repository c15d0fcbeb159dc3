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
	if err := h.check(c, who); err != nil {
		return answer{}, err
	}
	return granted(h.Tokens.Issue(c.Context(), who.appID, who.secret))
}

// stableToken is POST /cgi-bin/stable_token: the same token for as long as it lasts.
func (h *Handler) stableToken(c *call) (answer, error) {
	if c.Method != http.MethodPost {
		return answer{}, wantsPost.because("%s", c.Method)
	}
	body, err := readBody(c.w, c.Request)
	if err != nil {
		return answer{}, err
	}
	var who credentials
	if err := decodeBody(body, h.Compat, stableKeys, &who); err != nil {
		return answer{}, err
	}
	if err := h.check(c, who); err != nil {
		return answer{}, err
	}
	return granted(h.Tokens.Stable(c.Context(), who.appID, who.secret, who.force))
}

// check looks at the credentials in the platform's order: an appid and a secret are there, the appid is known, the
// grant type is the one there is, the secret is right.
func (h *Handler) check(c *call, who credentials) error {
	switch {
	case who.appID == "":
		return noAppID.because("appid is missing or empty")
	case who.secret == "":
		return noSecret.because("secret is missing or empty")
	}
	app, err := h.Tokens.Authenticate(who.appID, who.secret)
	switch {
	case issue.CodeOf(err) == issue.UnknownApp:
		return badAppID.because("no app has this appid") // not which: it may be a secret in the wrong place
	case who.grantType != "client_credential":
		return badGrantType.because("grant_type is not client_credential")
	case err != nil:
		return err
	}
	c.appID = app.AppID
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
