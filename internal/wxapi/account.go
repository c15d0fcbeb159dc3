package wxapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// done is the answer of a call that has nothing to say but that it worked.
func done() answer {
	return answer{contentType: gatewayType, body: []byte(`{"errcode":0,"errmsg":"ok"}`)}
}

// said is the answer whose JSON result is made of, after errcode and errmsg.
func said(result any) (answer, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	err := e.Encode(result)
	return answer{contentType: gatewayType, body: bytes.TrimSuffix(body.Bytes(), []byte("\n"))}, err
}

// verdict begins every answer in JSON that is no error and no token.
type verdict struct {
	Errcode int    `json:"errcode"`
	Errmsg  string `json:"errmsg"`
}

var worked = verdict{0, "ok"}

type quotaJSON struct {
	verdict
	Quota     usageJSON `json:"quota"`
	RateLimit *rateJSON `json:"rate_limit,omitempty"`
}

type usageJSON struct {
	DailyLimit int `json:"daily_limit"`
	Used       int `json:"used"`
	Remain     int `json:"remain"`
}

type rateJSON struct {
	CallCount     int `json:"call_count"`
	RefreshSecond int `json:"refresh_second"`
}

const minutesPerDay = 24 * 60

// quota is POST /cgi-bin/openapi/quota/get: how much of a call's day is used.
func (h *Handler) quota(c *call) (answer, error) {
	path, err := post(h, c, quotaKeys, nothing)
	if err != nil {
		return answer{}, err
	}
	usage, ok, err := h.usage(c, path)
	switch {
	case err != nil:
		return answer{}, err
	case !ok && strings.HasPrefix(path, "/sns/"):
		return answer{}, foreignCall.because("calls below /sns/ have no quota of an app")
	case !ok:
		return answer{}, noSuchCall.because("this server has no call %q that is counted", clip(path))
	}
	result := quotaJSON{verdict: worked}
	if usage.PerMinute > 0 {
		result.RateLimit = &rateJSON{usage.PerMinute, 60}
	}
	result.Quota.DailyLimit = dailyLimit(usage.Rule)
	result.Quota.Used = usage.Today
	result.Quota.Remain = max(result.Quota.DailyLimit-usage.Today, 0)
	return said(result)
}

// usage is the limiter's figures, and for tokens, which are counted with the tokens, theirs.
func (h *Handler) usage(c *call, path string) (issue.Usage, bool, error) {
	if path != tokenPath {
		return h.Limiter.Usage(c.Context(), c.app, path)
	}
	given, err := h.Tokens.Today(c.Context(), c.app, issue.PlainToken)
	return issue.Usage{Rule: issue.Rule{PerDay: issue.TokensPerDay}, Today: given.All}, true, err
}

// dailyLimit is the most that a rule lets through in a day. Where it has no bound it is issue.MaxCalls.
func dailyLimit(r issue.Rule) int {
	switch {
	case r.PerDay > 0:
		return r.PerDay
	case r.PerMinute > 0:
		return r.PerMinute * minutesPerDay
	}
	return issue.MaxCalls
}

// clear is POST /cgi-bin/clear_quota: the app's daily counters begin anew.
func (h *Handler) clear(c *call) (answer, error) {
	who, err := post(h, c, clearKeys, nothing)
	switch {
	case err != nil:
		return answer{}, err
	case who.appID == "":
		return answer{}, noAppID.because("appid is missing or empty")
	case who.appID != c.app.AppID:
		return answer{}, badAppID.because("the token is another app's, that of %s", c.app.AppID)
	}
	return done(), h.Limiter.Clear(c.Context(), c.app)
}

// clearV2 is POST /cgi-bin/clear_quota/v2: the same for who has the secret and no token. Clients give appid and
// appsecret in the query or in the body.
func (h *Handler) clearV2(c *call) (answer, error) {
	if c.Method != http.MethodPost {
		return answer{}, wantsPost.because("%s", c.Method)
	}
	query := c.URL.Query()
	who := credentials{appID: query.Get("appid"), secret: query.Get("appsecret")}
	if who == (credentials{}) {
		body, err := c.readBody()
		if err != nil {
			return answer{}, err
		}
		if err := decodeBody(body, h.Compat, clearKeysByV2, &who); err != nil {
			return answer{}, err
		}
	}
	if err := h.checkSecret(c, who); err != nil {
		return answer{}, err
	}
	return done(), h.Limiter.Clear(c.Context(), c.app)
}

type ridJSON struct {
	verdict
	Request requestJSON `json:"request"`
}

type requestJSON struct {
	InvokeTime   int64  `json:"invoke_time"` // Unix seconds
	CostInMS     int64  `json:"cost_in_ms"`
	RequestURL   string `json:"request_url"`
	RequestBody  string `json:"request_body"`
	ResponseBody string `json:"response_body"`
	ClientIP     string `json:"client_ip"`
	Reason       string `json:"reason"` // ours
}

var ridForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)

// rid is POST /cgi-bin/openapi/rid/get: what happened in a call that failed, and why. A call that no app is known to
// have made can be asked for by any: its rid, which cannot be guessed, is known to nobody but its caller.
func (h *Handler) rid(c *call) (answer, error) {
	id, err := post(h, c, ridKeys, nothing)
	if err != nil {
		return answer{}, err
	}
	if !ridForm.MatchString(id) {
		return answer{}, badRID.because("%q is not three groups of eight hexadecimal digits", clip(id))
	}
	if h.Journal == nil {
		return answer{}, noSuchRID.because("this server keeps no journal")
	}
	failed, ok, err := h.Journal.Find(c.Context(), id)
	switch {
	case err != nil:
		return answer{}, err
	case !ok:
		return answer{}, noSuchRID.because("no call that failed within the last %d days had it, or too many others have since", issue.JournalLife/(24*time.Hour))
	case failed.App != 0 && failed.App != c.app.Number:
		return answer{}, foreignRID.because("the call was another app's")
	}
	return said(ridJSON{worked, requestJSON{
		InvokeTime: failed.At.Unix(), CostInMS: failed.Took.Milliseconds(), RequestURL: failed.URL,
		RequestBody: failed.Body, ResponseBody: failed.Answer, ClientIP: failed.Client, Reason: failed.Reason,
	}})
}
