package console

import (
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/issue"
)

// words are what the page says in one language.
type words struct {
	lang                                                    string
	seal, holds, app, page, path, scene, parameter, version string
	listed, notListed, note, noCode, failNote, later        string
	malformed, forged, unknown, unpublished, internal       string
	open, scanOther                                         string
	envs                                                    [len(issue.Envs)]string
}

var english = words{
	lang: "en", seal: "Seal", holds: "genuine: this server made the code", app: "App", page: "Page", path: "Opens",
	scene: "Scene", parameter: "Parameter", version: "Version", listed: "Published",
	notListed: "this version of the app does not have the page",
	note:      "The page itself opens in the mini program: scan the code there.",
	noCode:    "This code leads nowhere", failNote: "Nothing was opened. Ask whoever gave you the code for a new one.",
	malformed:   "The address is not that of a code, or a part of it is missing.",
	forged:      "The seal is wrong: the code was made or altered elsewhere. Do not trust it.",
	unknown:     "This server did not make the code, or no longer knows what it opens.",
	unpublished: "The code opens the home page of an app that is not published.",
	internal:    "The server could not look the code up.", later: "Try again later",
	open: "Open", scanOther: "Scan another code",
	envs: [...]string{"release", "trial", "develop"},
}

var chinese = words{
	lang: "zh-CN", seal: "签名", holds: "有效：此码由本服务器生成", app: "小程序", page: "页面", path: "打开",
	scene: "场景值", parameter: "参数", version: "版本", listed: "发布状态",
	notListed: "该版本的小程序没有这个页面",
	note:      "页面本身在小程序中打开：请在小程序内扫描此码。",
	noCode:    "此码无法打开", failNote: "没有打开任何页面。请向提供者索取新码。",
	malformed:   "该地址不是码的地址，或内容不完整。",
	forged:      "签名无效：此码由他处生成或被篡改，请勿信任。",
	unknown:     "此码不是本服务器生成的，或其指向已无法找到。",
	unpublished: "此码打开的小程序首页尚未发布。",
	internal:    "服务器暂时无法查询此码。", later: "请稍后再试",
	open: "打开", scanOther: "扫描其他码",
	envs: [...]string{"正式版", "体验版", "开发版"},
}

// languageOf is the one of our languages that an Accept-Language header likes best; English where it likes neither.
func languageOf(header string) words {
	best, most := english, 0.0
	for item := range strings.SplitSeq(header, ",") {
		tag, parameters, weighted := strings.Cut(strings.TrimSpace(item), ";")
		weight := 1.0
		if weighted {
			q, found := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
			parsed, err := strconv.ParseFloat(q, 64)
			if !found || err != nil {
				continue
			}
			weight = parsed
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, text := range []words{english, chinese} {
			if weight > most && weight <= 1 && text.lang[:2] == primary {
				best, most = text, weight
			}
		}
	}
	return best
}
