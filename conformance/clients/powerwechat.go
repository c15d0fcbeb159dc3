package clients

import (
	"strings"

	"github.com/ArtisanCloud/PowerWeChat/v3/src/miniProgram"
)

// PowerWeChat points github.com/ArtisanCloud/PowerWeChat/v3 at server. A code
// is then
//
//	app.WXACode.GetUnlimited(ctx, "a=1", "", true, "release", 430, false, &power.HashMap{}, false)
//
// with the environment named: the server, like the platform, does not take ""
// for it unless it was started with --compat lenient.
func PowerWeChat(server, appID, secret string) (*miniProgram.MiniProgram, error) {
	app, err := miniProgram.NewMiniProgram(&miniProgram.UserConfig{
		AppID: appID, Secret: secret,
		Http: miniProgram.Http{BaseURI: server},
	})
	if err != nil {
		return nil, err
	}
	app.AccessToken.EndpointToGetToken = strings.TrimSuffix(server, "/") + "/cgi-bin/token"
	return app, nil
}
