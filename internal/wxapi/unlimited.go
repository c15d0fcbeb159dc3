package wxapi

import (
	"net/http"

	"github.com/suncode/suncode/internal/issue"
)

// unlimited is POST /wxa/getwxacodeunlimit: a code for a page and a scene. The picture is announced as image/jpeg
// even when it is a PNG, as the platform does and as clients insist.
func (h *Handler) unlimited(c *call) (answer, error) {
	if c.Method != http.MethodPost {
		return answer{}, wantsPost.because("%s", c.Method)
	}
	app, err := h.identify(c)
	if err != nil {
		return answer{}, err
	}
	body, err := readBody(c.w, c.Request)
	if err != nil {
		return answer{}, err
	}
	request := issue.NewRequest(app.Number, "")
	if err := decodeBody(body, h.Compat, unlimitedKeys, &request); err != nil {
		return answer{}, err
	}
	picture, err := h.Issuer.Issue(c.Context(), request)
	if err != nil {
		return answer{}, err
	}
	return answer{contentType: "image/jpeg", attachment: true, body: picture.Data}, nil
}
