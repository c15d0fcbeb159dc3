package wxapi

import (
	"image/color"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/legible"
)

// unlimited is POST /wxa/getwxacodeunlimit: a code for a page and a scene. The picture is announced as image/jpeg
// even when it is a PNG, as the platform does and as clients insist.
func (h *Handler) unlimited(c *call) (answer, error) {
	request, err := post(h, c, unlimitedKeys, func(app *issue.App) issue.Request { return issue.NewRequest(app.Number, "") })
	if err != nil {
		return answer{}, err
	}
	p, err := h.Issuer.Issue(c.Context(), request)
	return picture(p, err, &request.Looks)
}

// code is POST /wxa/getwxacode: a code for a path with a query.
func (h *Handler) code(c *call) (answer, error) {
	request, err := post(h, c, codeKeys, pathRequest)
	if err != nil {
		return answer{}, err
	}
	p, err := h.Issuer.IssuePath(c.Context(), request)
	return picture(p, err, &request.Looks)
}

// square is POST /cgi-bin/wxaapp/createwxaqrcode: a square code for a path with a query, which is an address of this
// server.
func (h *Handler) square(c *call) (answer, error) {
	request, err := post(h, c, squareKeys, pathRequest)
	if err != nil {
		return answer{}, err
	}
	p, err := h.Issuer.IssueSquare(c.Context(), request, h.Landing)
	return picture(p, err, &request.Looks)
}

func pathRequest(app *issue.App) issue.PathRequest { return issue.NewPathRequest(app.Number, "") }

// picture is the answer that hands a code out.
func picture(p issue.Picture, err error, looks *issue.Looks) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return answer{
		contentType: pictureType[0], attachment: true, used: p.Used, warning: warning(looks), body: p.Data, release: p.Release,
	}, nil
}

// warning says why a code in those colours will not scan well, or nothing. The tone of a logo always does.
func warning(l *issue.Looks) string {
	if l.AutoColor {
		return ""
	}
	line := l.Line
	line.A = 255
	return legible.Colours(line, color.NRGBA{})
}
