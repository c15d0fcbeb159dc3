package clients

import "github.com/medivhzhan/weapp/v3"

// Weapp points github.com/medivhzhan/weapp/v3 at server. A code is then
//
//	resp, failure, err := app.GetUnlimitedQRCode(&weapp.UnlimitedQRCode{Scene: "a=1"})
//
// with the picture in resp.Body unless err or failure.ErrCode says otherwise.
func Weapp(server, appID, secret string) (*weapp.Client, error) {
	client, err := Redirect(server)
	if err != nil {
		return nil, err
	}
	return weapp.NewClient(appID, secret, weapp.WithHttpClient(client)), nil
}
