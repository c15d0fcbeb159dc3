package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cloudSDK is a version of wx-server-sdk.
type cloudSDK struct {
	major int
	name  string // of its folder in node_modules
}

var cloudSDKs = []cloudSDK{{0, "wx-server-sdk-0"}, {2, "wx-server-sdk-2"}, {3, "wx-server-sdk-3"}, {4, "wx-server-sdk-4"}}

// function makes the folder of a cloud function, with the SDK installed.
func (sdk cloudSDK) function(t *testing.T, code, config string) string {
	t.Helper()
	needNode(t)
	dir := filepath.Join(t.TempDir(), "qrcode")
	modules := filepath.Join(dir, "node_modules")
	if err := os.MkdirAll(modules, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(home, "node_modules", sdk.name), filepath.Join(modules, "wx-server-sdk")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"index.js": code, "config.json": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// caller is a function that makes the calls of its event.
func (sdk cloudSDK) caller(t *testing.T, permitted ...string) string {
	t.Helper()
	code := fmt.Sprintf("const cloud = require('wx-server-sdk')\ncloud.init()\n"+
		"exports.main = (event) => require(%q)(cloud, event.calls)\n", filepath.Join(home, "node", "cloudcalls.js"))
	config, err := json.Marshal(map[string]any{"permissions": map[string]any{"openapi": append([]string{}, permitted...)}})
	if err != nil {
		t.Fatal(err)
	}
	return sdk.function(t, code, string(config))
}

// cloudCall is what node/cloudcalls.js makes.
type cloudCall struct {
	API   string `json:"api"`
	Data  any    `json:"data"`
	Camel bool   `json:"camel"`
	Raw   bool   `json:"raw"`
}

// invoke lets the program run a function for the server's app.
func (s *server) invoke(t *testing.T, dir string, calls []cloudCall, flags ...string) []outcome {
	t.Helper()
	event, err := json.Marshal(map[string]any{"calls": calls})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, event, 0o644); err != nil {
		t.Fatal(err)
	}
	var outcomes []outcome
	suncode(t, &outcomes, append([]string{"cloud", "invoke", dir, "--registry", s.data, "--app", s.ID, "--server", s.url, "--data", "@" + file}, flags...)...)
	return outcomes
}

// deployed is a function's credentials.
type deployed struct {
	Env       string `json:"env"`
	SecretID  string `json:"secret_id"`
	SecretKey string `json:"secret_key"`
}

func (s *server) deploy(t *testing.T, dir string) deployed {
	t.Helper()
	var d deployed
	suncode(t, &d, "cloud", "deploy", "--data", s.data, "--json", s.ID, dir)
	return d
}

func (d deployed) variables() []string {
	return []string{"TENCENTCLOUD_SECRETID=" + d.SecretID, "TENCENTCLOUD_SECRETKEY=" + d.SecretKey}
}

// call makes calls from a program of its own.
func (sdk cloudSDK) call(t *testing.T, server, env string, calls []cloudCall, variables ...string) []outcome {
	t.Helper()
	var outcomes []outcome
	node(t, "cloud.js", map[string]any{"sdk": sdk.name, "server": server, "env": env, "calls": calls}, &outcomes, variables...)
	return outcomes
}

// TestCloudCalls lets every version make every call of the clients' tests, from
// a function that the program runs.
func TestCloudCalls(t *testing.T) {
	for _, sdk := range cloudSDKs {
		t.Run(sdk.name, func(t *testing.T) {
			dir := sdk.caller(t, "wxacode.getUnlimited")
			s := start(t)
			var calls []cloudCall
			var want []string
			for _, try := range trials {
				calls = append(calls, cloudCall{API: "getUnlimited", Data: try.request, Camel: true})
				want = append(want, fmt.Sprint("/wxa/getwxacodeunlimit ", try.want))
			}
			outcomes := s.invoke(t, dir, calls)
			if len(outcomes) != len(trials) {
				t.Fatalf("%d outcomes of %d calls", len(outcomes), len(trials))
			}
			for i, try := range trials {
				t.Run(try.name, func(t *testing.T) {
					s.wantOutcome(t, outcomes[i], try)
					wantKeys(t, outcomes[i], try.want)
				})
			}
			s.wantCalls(t, 0, want...)
		})
	}
}

// wantKeys looks at what comes with a picture or an error.
func wantKeys(t *testing.T, got outcome, errcode int) {
	t.Helper()
	if errcode != 0 {
		if want := "openapi.wxacode.getUnlimited:fail "; !strings.HasPrefix(got.Message, want) {
			t.Errorf("the error says %q, want %q", got.Message, want)
		}
		return
	}
	var keys map[string]any
	if err := json.Unmarshal([]byte(got.Message), &keys); err != nil {
		t.Fatalf("%q: %v", got.Message, err)
	}
	want := map[string]any{"contentType": "image/jpeg", "errMsg": "openapi.wxacode.getUnlimited:ok", "errCode": 0.}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
}

// TestCloudWays lets every version find the server in every way that
// docs/CLOUD.md names.
func TestCloudWays(t *testing.T) {
	full := request{Scene: "way", Page: "pages/item/item", Transparent: true}
	for _, sdk := range cloudSDKs {
		t.Run(sdk.name, func(t *testing.T) {
			dir := sdk.caller(t, "wxacode.getUnlimited")
			s := start(t)
			d := s.deploy(t, dir)
			calls := []cloudCall{{API: "getUnlimited", Data: full}, {API: "getUnlimited", Data: full, Camel: true}}
			if sdk.major >= 2 {
				calls = append(calls, cloudCall{API: "getUnlimited", Data: full, Camel: true, Raw: true})
			}
			want := func(way string, outcomes []outcome) {
				t.Helper()
				for i, got := range outcomes {
					t.Run(fmt.Sprint(way, i), func(t *testing.T) { s.wantOutcome(t, got, trial{request: full}) })
				}
			}
			want("serviceUrl", sdk.call(t, s.url, d.Env, calls, d.variables()...))
			if sdk.major >= 2 {
				config := `TCB_CONTEXT_CNFG={"URL":"` + s.url + `/admin"}`
				want("TCB_CONTEXT_CNFG", sdk.call(t, "", "", calls, append(d.variables(), config)...))
			}
			secure := start(t, "--tls-dev")
			t.Setenv("NODE_EXTRA_CA_CERTS", filepath.Join(secure.data, "tls", "ca.pem"))
			for _, got := range secure.invoke(t, dir, calls) {
				if _, format, err := image.Decode(bytes.NewReader(got.Picture)); format != "png" {
					t.Errorf("by https: %d, %s, %v", got.Code, got.Message, err)
				}
			}
		})
	}
}

// TestCloudRefusals holds what each version makes of the gateway's errors.
func TestCloudRefusals(t *testing.T) {
	scene := request{Scene: "a=1"}
	for _, sdk := range cloudSDKs {
		t.Run(sdk.name, func(t *testing.T) {
			dir := sdk.caller(t, "wxacode.get")
			s := start(t)
			d := s.deploy(t, dir)
			wrongKey, wrongID := d, d
			wrongKey.SecretKey, wrongID.SecretID = "wrong", "AKIDwrong"
			for _, c := range []struct {
				name    string
				env     string
				from    deployed
				api     string
				code    int
				message string
			}{
				{"no permission", d.Env, d, "getUnlimited", -604101, "function has no permission to call this API"},
				{"unknown API", d.Env, d, "getunlimited", -604100, "API not found"},
				{"wrong key", d.Env, wrongKey, "get", -501001, "signature is wrong"},
				{"wrong id", d.Env, wrongID, "get", -501001, "secret id error"},
				{"other environment", "other", d, "get", -501005, "not in \"other\""},
			} {
				got := sdk.call(t, s.url, c.env, []cloudCall{{API: c.api, Data: scene}}, c.from.variables()...)[0]
				if got.Code != c.code || !strings.Contains(got.Message, c.message) {
					t.Errorf("%s: got %d, %s, want %d, %s", c.name, got.Code, got.Message, c.code, c.message)
				}
			}
		})
	}
}

// TestCloudPaths makes codes that carry a path.
func TestCloudPaths(t *testing.T) {
	const path = "pages/item/item?id=42"
	for _, sdk := range cloudSDKs {
		t.Run(sdk.name, func(t *testing.T) {
			dir := sdk.caller(t, "wxacode.createQRCode", "wxacode.get")
			s := start(t)
			round, square, none := map[string]any{"path": path, "isHyaline": true}, map[string]any{"path": path, "width": 300}, map[string]any{}
			outcomes := s.invoke(t, dir, []cloudCall{{API: "get", Data: round}, {API: "createQRCode", Data: square}, {API: "get", Data: none}, {API: "createQRCode", Data: none}})
			picture, format, err := image.Decode(bytes.NewReader(outcomes[0].Picture))
			if err != nil || format != "png" {
				t.Fatalf("get: %s, %v, %s", format, err, outcomes[0].Message)
			}
			if leads := s.follow(t, picture); leads.Path != path || leads.AppID != s.ID {
				t.Errorf("the code leads to %+v", leads)
			}
			if _, format, err := image.Decode(bytes.NewReader(outcomes[1].Picture)); err != nil || format != "jpeg" {
				t.Errorf("createQRCode: %s, %v, %s", format, err, outcomes[1].Message)
			}
			for _, got := range outcomes[2:] {
				if got.Code != 40159 || !withRID.MatchString(got.Message) {
					t.Errorf("without a path: %d, %s", got.Code, got.Message)
				}
			}
		})
	}
}

// TestCloudPermission gives a function the permission while a server runs.
func TestCloudPermission(t *testing.T) {
	sdk := cloudSDKs[len(cloudSDKs)-1]
	s := start(t)
	r := request{Scene: "a=1"}
	call := []cloudCall{{API: "getUnlimited", Data: r}}
	if got := s.invoke(t, sdk.caller(t), call)[0]; got.Code != -604101 {
		t.Errorf("without it: %d, %s", got.Code, got.Message)
	}
	s.wantOutcome(t, s.invoke(t, sdk.caller(t, "wxacode.getUnlimited"), call)[0], trial{request: r})
	if got := s.invoke(t, sdk.caller(t), call)[0]; got.Code != -604101 {
		t.Errorf("when it was taken away: %d, %s", got.Code, got.Message)
	}
}

// TestCloudExample runs the function of the API's page, as it stands there,
// with every version and without a server.
func TestCloudExample(t *testing.T) {
	var files [2][]byte
	for i, name := range []string{"index.js", "config.json"} {
		var err error
		if files[i], err = os.ReadFile(filepath.Join(home, "..", "examples", "cloudfunction", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, sdk := range cloudSDKs {
		t.Run(sdk.name, func(t *testing.T) {
			dir := sdk.function(t, string(files[0]), string(files[1]))
			data, saved := t.TempDir(), filepath.Join(t.TempDir(), "code.jpg")
			var result map[string]any
			suncode(t, &result, "cloud", "invoke", dir, "--data", "{}", "--registry", data, "--save", saved)
			picture, err := os.ReadFile(saved)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]any{
				"contentType": "image/jpeg", "errMsg": "openapi.wxacode.getUnlimited:ok", "errCode": 0.,
				"buffer": map[string]any{"type": "Buffer", "bytes": float64(len(picture)), "saved": saved},
			}
			if diff := cmp.Diff(want, result); diff != "" {
				t.Error(diff)
			}
			if _, _, err := image.Decode(bytes.NewReader(picture)); err != nil {
				t.Error(err)
			}
			var read struct {
				Codes []struct{ Target target }
			}
			suncode(t, &read, "scan", "--json", "--data", data, saved)
			if len(read.Codes) != 1 || read.Codes[0].Target.Path != "pages/index/index?scene=a%3D1" {
				t.Errorf("the code leads to %+v", read)
			}
			refused := sdk.function(t, string(files[0]), "{}")
			suncode(t, &result, "cloud", "invoke", refused, "--registry", data)
			if result["errCode"] != -604101. {
				t.Errorf("without permission: %v", result)
			}
		})
	}
}

// TestCloudContext holds what a function knows of its user and its place.
func TestCloudContext(t *testing.T) {
	const code = "const cloud = require('wx-server-sdk')\ncloud.init()\nexports.main = async () => cloud.getWXContext()\n"
	s := start(t)
	for _, sdk := range cloudSDKs {
		var got map[string]string
		suncode(t, &got, "cloud", "invoke", sdk.function(t, code, "{}"), "--registry", s.data, "--openid", "oSOMEBODY", "--env", "e-1")
		want := map[string]string{"OPENID": "oSOMEBODY", "APPID": s.ID, "ENV": "e-1", "SOURCE": "wx_devtools", "CLIENTIP": "127.0.0.1"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", sdk.name, diff)
		}
	}
}

// TestCloudUnsigned lets every version call with made-up credentials, where a
// server was told not to mind.
func TestCloudUnsigned(t *testing.T) {
	s := start(t, "--cloud-signature", "ignore")
	r := request{Scene: "a=1"}
	made := deployed{SecretID: "anything", SecretKey: "anything"}
	for _, sdk := range cloudSDKs {
		needNode(t)
		got := sdk.call(t, s.url, "any-env", []cloudCall{{API: "getUnlimited", Data: r}}, made.variables()...)
		s.wantOutcome(t, got[0], trial{request: r})
	}
}

// TestCloudVariables pastes what deploy prints into a shell.
func TestCloudVariables(t *testing.T) {
	sdk := cloudSDKs[len(cloudSDKs)-1]
	dir := sdk.caller(t, "wxacode.getUnlimited")
	s := start(t)
	exe, err := program()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := exec.CommandContext(t.Context(), exe, "cloud", "deploy", "--data", s.data, "--server", s.url, s.ID, dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	script := "set -a; " + string(printed) + "\nset +a; env"
	env, err := exec.CommandContext(t.Context(), "sh", "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	variables := slices.DeleteFunc(strings.Split(string(env), "\n"), func(line string) bool {
		return !strings.HasPrefix(line, "TENCENTCLOUD_") && !strings.HasPrefix(line, "TCB_") && !strings.HasPrefix(line, "SCF_")
	})
	if len(variables) != 4 {
		t.Fatalf("got %q", variables)
	}
	r := request{Scene: "a=1"}
	s.wantOutcome(t, sdk.call(t, "", "", []cloudCall{{API: "getUnlimited", Data: r}}, variables...)[0], trial{request: r})
}
