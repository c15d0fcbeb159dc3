package console

import "maps"

// scanWords are the texts of the scan page by language and key. Those that the page of a square code has too are its.
var scanWords = map[string]map[string]string{
	english.lang: scanTexts(english, map[string]string{
		"title": "Scan a code", "language": "Language",
		"hint":  "Use the camera, or drop, paste or choose a picture with a code in it.",
		"video": "Picture of the camera", "still": "The picture that was read",
		"cameraOn": "Use the camera", "cameraOff": "Stop the camera", "choose": "Choose a picture",
		"ready": "Ready.", "looking": "Hold a code in front of the camera.", "reading": "Reading the picture…",
		"nothing": "No code could be read in this picture.", "noPicture": "That is no picture that this browser can show.",
		"failed": "The picture could not be read: {reason}", "readOne": "Read {code}. {verdict}", "readNone": "A code was read. {verdict}", "readMany": "{n} codes were read.",
		"cameraRefused":  "The browser does not let this page use the camera. Allow it in the address bar, or choose a picture.",
		"cameraNone":     "There is no camera that can be used. Choose a picture instead.",
		"cameraInsecure": "Browsers give the camera only to pages over https. Choose a picture instead.",
		"results":        "What was read", "past": "Read in this session", "forget": "Clear", "forgotten": "The list is empty.",
		"genuine":   "Genuine: the seal holds, this server made the code.",
		"platform":  "A code of the platform. Only its own app knows what it opens.",
		"offline":   "The server cannot be reached, so the seal is not checked.",
		"malformed": "This looks like a code of ours, but what it says is none of our tickets.",
		"says":      "Says", "ticket": "Ticket",
		"private": "Pictures stay in this browser. Only what a code says is sent to this server, to check its seal.",
		"sent":    "This browser, or this build of the server, has no scanner of its own: pictures are sent to this server to be read, and not kept.",
		"script":  "This page needs JavaScript. Without it, send a picture to /suncode/v1/scan.",
	}),
	chinese.lang: scanTexts(chinese, map[string]string{
		"title": "扫码", "language": "语言",
		"hint":  "使用摄像头，或拖入、粘贴、选择一张含有码的图片。",
		"video": "摄像头画面", "still": "已识别的图片",
		"cameraOn": "打开摄像头", "cameraOff": "关闭摄像头", "choose": "选择图片",
		"ready": "已就绪。", "looking": "请将码对准摄像头。", "reading": "正在识别图片…",
		"nothing": "未能在图片中识别到码。", "noPicture": "这不是浏览器能显示的图片。",
		"failed": "图片无法识别：{reason}", "readOne": "已识别 {code}。{verdict}", "readNone": "识别到一个码。{verdict}", "readMany": "识别到 {n} 个码。",
		"cameraRefused":  "浏览器不允许此页面使用摄像头。请在地址栏中允许，或选择图片。",
		"cameraNone":     "没有可用的摄像头，请选择图片。",
		"cameraInsecure": "浏览器只允许 https 页面使用摄像头，请选择图片。",
		"results":        "识别结果", "past": "本次会话记录", "forget": "清空", "forgotten": "记录已清空。",
		"genuine":   "有效：签名正确，此码由本服务器生成。",
		"platform":  "平台的码。只有平台自己的应用知道它打开什么。",
		"offline":   "无法连接服务器，签名未经验证。",
		"malformed": "看似我们的码，但内容不是有效票据。",
		"says":      "内容", "ticket": "票据",
		"private": "图片不会离开浏览器。只有码的内容会发送到本服务器以验证签名。",
		"sent":    "浏览器或本服务器的构建不含扫码器：图片会发送到本服务器识别，不会保存。",
		"script":  "此页面需要 JavaScript。您也可以把图片发送到 /suncode/v1/scan。",
	}),
}

// scanTexts adds to texts those that w has.
func scanTexts(w words, texts map[string]string) map[string]string {
	maps.Copy(texts, map[string]string{
		"app": w.app, "page": w.page, "path": w.path, "scene": w.scene, "parameter": w.parameter, "version": w.version, "note": w.note, "open": w.open,
		"forged": w.forged, "unknown": w.unknown, "not_published": w.unpublished, "internal": w.internal,
		"release": w.envs[0], "trial": w.envs[1], "develop": w.envs[2],
	})
	return texts
}
