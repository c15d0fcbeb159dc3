package scanapi

import (
	"encoding/base64"

	"github.com/suncode/suncode/internal/qrcode"
	"github.com/suncode/suncode/internal/reading"
	"github.com/suncode/suncode/scan"
)

// scanCodeJSON is a code as wx.scanCode hands it to a page.
type scanCodeJSON struct {
	Result   string `json:"result"`         // the text of a square code, "" for a round one
	ScanType string `json:"scanType"`       // WX_CODE or QR_CODE
	CharSet  string `json:"charSet"`        // UTF-8
	Path     string `json:"path,omitempty"` // only of a round code of ours whose seal holds
	RawData  string `json:"rawData"`        // base64
	ErrMsg   string `json:"errMsg"`         // scanCode:ok
}

// scanCode is the first code in the form of wx.scanCode, which tells of one only. Round codes come first.
func (h *Handler) scanCode(seen reading.Sight) any {
	if len(seen.Codes) == 0 {
		return squareCode(seen.Square[0])
	}
	return h.roundCode(&seen.Codes[0])
}

func (h *Handler) roundCode(r *scan.Result) scanCodeJSON {
	j := scanCodeJSON{ScanType: "WX_CODE", CharSet: "UTF-8", ErrMsg: "scanCode:ok"}
	raw, ok := r.Ticket()
	if !ok {
		text, _ := r.Text()
		raw = []byte(text)
	} else if target, err := h.Resolver.Resolve(raw); err == nil {
		j.Path = target.Path
	}
	j.RawData = base64.StdEncoding.EncodeToString(raw)
	return j
}

func squareCode(f qrcode.Found) scanCodeJSON {
	return scanCodeJSON{
		Result: f.Text, ScanType: "QR_CODE", CharSet: "UTF-8", ErrMsg: "scanCode:ok",
		RawData: base64.StdEncoding.EncodeToString([]byte(f.Text)),
	}
}
