package launch

import (
	"net/url"
	"strings"
)

// From is how a user came by a code.
type From string

// The ways to a code.
const (
	Scan      From = "scan"      // with the camera
	LongPress From = "longpress" // a finger held on a picture
	Album     From = "album"     // a picture of the phone
)

// sceneValues are the platform's numbers for the ways in: of a round code, and
// of a square one.
var sceneValues = map[From][2]int{Scan: {1047, 1011}, LongPress: {1048, 1012}, Album: {1049, 1013}}

// SceneValue is the platform's number for a way in, 0 for one that does not
// exist.
func SceneValue(from From, square bool) int {
	values := sceneValues[from]
	if square {
		return values[1]
	}
	return values[0]
}

// Launch is what a mini program or a mini game receives.
type Launch struct {
	AppID string `json:"appid"`       // "" when it is not known
	Env   string `json:"env_version"` // "release", "trial" or "develop"
	Page  string `json:"page"`        // "pages/index/index", "" for the home page; a mini game has none
	Query string `json:"query"`       // as it stands behind the "?": "scene=a%3D1"
	Scene int    `json:"scene"`       // the launch scene value: 1047 for a scanned code
}

// Path is the page with its query.
func (l Launch) Path() string {
	if l.Query == "" {
		return l.Page
	}
	return l.Page + "?" + l.Query
}

// Values are the parameters of the query as a page gets them: names and values
// as they stand, nothing undone. Of parameters of one name the last counts.
func (l Launch) Values() map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(l.Query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			all[name] = value
		}
	}
	return all
}

// CodeScene is the scene of the code, as decodeURIComponent(query.scene) gives
// it. It is false when the query has none, or one that cannot be decoded.
func (l Launch) CodeScene() (string, bool) {
	raw, ok := l.Values()["scene"]
	if !ok {
		return "", false
	}
	scene, err := url.PathUnescape(raw)
	return scene, err == nil
}
