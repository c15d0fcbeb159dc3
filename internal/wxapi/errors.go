package wxapi

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/suncode/suncode/internal/issue"
)

// The Content-Type of an error tells which layer of the platform answers. Both spellings occur in the wild; every
// known client compares no more than the part before the semicolon.
const (
	gatewayType  = "application/json; encoding=utf-8" // method, token, quota, address
	businessType = "application/json; charset=UTF-8"  // what the body asks for
)

// failure is one row of the platform's error table.
type failure struct {
	errcode     int
	errmsg      string // without the rid that every answer adds
	contentType string
}

var (
	systemError    = failure{-1, "system error", gatewayType}
	badCredential  = failure{40001, "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r", gatewayType}
	badFileType    = failure{40005, "invalid file type", businessType}
	badGrantType   = failure{40002, "invalid grant_type", gatewayType}
	badAppID       = failure{40013, "invalid appid", gatewayType}
	badURL         = failure{40066, "invalid url", gatewayType}
	badArgs        = failure{40097, "invalid args", businessType}
	badSecret      = failure{40125, "invalid appsecret", gatewayType}
	badScene       = failure{40129, "invalid scene", businessType}
	badPathLength  = failure{40159, "invalid length for path, or the data is not json string", businessType}
	badSceneLength = failure{40169, "invalid length for scene, or the data is not json string", businessType}
	noToken        = failure{41001, "access_token missing", gatewayType}
	noAppID        = failure{41002, "appid missing", gatewayType}
	noSecret       = failure{41004, "appsecret missing", gatewayType}
	noMedia        = failure{41005, "media data missing", businessType}
	badPage        = failure{41030, "invalid page", businessType}
	endedToken     = failure{42001, "access_token expired", gatewayType}
	wantsGet       = failure{43001, "require GET method", gatewayType}
	wantsPost      = failure{43002, "require POST method", gatewayType}
	largeMedia     = failure{45001, "media size out of limit", businessType}
	overLimit      = failure{45009, "reach max api daily quota limit", gatewayType}
	slower         = failure{45011, "api minute-quota reach limit, must slower, retry next minute", gatewayType}
	noMoreCodes    = failure{45029, "qrcode count out of limit", businessType}
	badBody        = failure{47001, "data format error", businessType}
	noMoreClears   = failure{48006, "forbid to clear quota because of reaching the limit", gatewayType}
	noSuchRID      = failure{76001, "rid not found", gatewayType}
	badRID         = failure{76002, "rid is error", gatewayType}
	foreignRID     = failure{76003, "could not query this rid,no permission", gatewayType}
	noSuchCall     = failure{76021, "cgi_path not found, please check", gatewayType}
	foreignCall    = failure{76022, "could not use this cgi_path,no permission", gatewayType}
	reservedPage   = failure{85096, "not allow include scancode_time field", businessType}
	badImgURL      = failure{101000, "invalid image url", businessType}
)

// badIP is 40164, the one error whose text has something of the call in it.
func badIP(ip netip.Addr) failure {
	return failure{40164, fmt.Sprintf("invalid ip %v ipv6 %v, not in whitelist", ip, netip.AddrFrom16(ip.As16())), gatewayType}
}

// failures maps the domain's errors to the platform's. A code that is not here cannot come out of a call of this
// API, and is a system error if it does.
var failures = map[issue.Code]failure{
	issue.InvalidArgs:   badArgs,
	issue.SceneLength:   badSceneLength,
	issue.InvalidScene:  badScene,
	issue.ReservedPage:  reservedPage,
	issue.InvalidPage:   badPage,
	issue.NotPublished:  badPage,
	issue.PathLength:    badPathLength,
	issue.InvalidPath:   badURL,
	issue.PathsSpent:    noMoreCodes,
	issue.RateLimited:   overLimit,
	issue.QuotaSpent:    overLimit,
	issue.ClearsSpent:   noMoreClears,
	issue.UnknownApp:    badAppID,
	issue.InvalidSecret: badSecret,
	issue.MissingToken:  noToken,
	issue.InvalidToken:  badCredential,
	issue.ExpiredToken:  endedToken,
}

// problem is why a call fails: what the caller is told, and the reason for the log.
type problem struct {
	failure
	hint string
}

// Error is the public text and, after a colon, the reason.
func (p *problem) Error() string { return p.errmsg + ": " + p.hint }

// because gives a failure its reason: which field, which rule. Reasons go to the log, so they never hold a secret
// or a token.
func (f failure) because(format string, args ...any) *problem {
	return &problem{failure: f, hint: fmt.Sprintf(format, args...)}
}

// problemOf is what to answer to err, which is not nil.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*issue.Error](err); ok {
		if f, ok := failures[e.Code]; ok {
			return f.because("%s", e.Error())
		}
	}
	return systemError.because("%v", err)
}

// answer is the failure as the platform writes it: compact JSON, no newline, the rid at the end of errmsg. No errmsg
// has a character that JSON would escape.
func (f failure) answer(id rid) answer {
	return answer{
		contentType: f.contentType,
		body:        fmt.Appendf(nil, `{"errcode":%d,"errmsg":"%s rid: %s"}`, f.errcode, f.errmsg, id),
	}
}
