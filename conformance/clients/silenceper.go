package clients

import (
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/util"
)

// Silenceper points github.com/silenceper/wechat/v2 at server, for the whole
// program. A code is then
//
//	app.GetQRCode().GetWXACodeUnlimit(qrcode.QRCoder{Scene: "a=1"})
func Silenceper(server, appID, secret string, stable bool) (*miniprogram.MiniProgram, error) {
	client, err := Redirect(server)
	if err != nil {
		return nil, err
	}
	util.DefaultHTTPClient = client
	return miniprogram.NewMiniProgram(&config.Config{
		AppID: appID, AppSecret: secret, Cache: cache.NewMemory(),
		UseStableAK: stable, // tokens of /cgi-bin/stable_token instead of /cgi-bin/token
	}), nil
}
