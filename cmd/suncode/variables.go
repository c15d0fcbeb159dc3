package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// variables are what a cloud function finds in its environment, by their
// names: as in the cloud, but for the address of the gateway.
type variables map[string]string

// Variables that the SDK reads only when they are listed in another one.
const (
	userVariables  = "WX_APPID,WX_OPENID,WX_CLIENTIP" // getWXContext() has them without the WX_
	cloudVariables = "TCB_ENV,TCB_SEQID,TCB_SOURCE"
)

func (c *functionCall) variables() (variables, error) {
	config, err := contextConfig(c.gateway)
	if err != nil {
		return nil, err
	}
	gateway, err := url.Parse(c.gateway)
	if err != nil {
		return nil, err
	}
	run := make([]byte, 16)
	_, _ = rand.Read(run) // never fails: crypto/rand ends the program instead
	v := variables{
		"TENCENTCLOUD_RUNENV":    "SCF",
		"TENCENTCLOUD_REGION":    "ap-shanghai",
		"TENCENTCLOUD_SECRETID":  c.function.SecretID,
		"TENCENTCLOUD_SECRETKEY": c.function.SecretKey,
		"SCF_NAMESPACE":          c.function.Env,
		"TCB_ENV":                c.function.Env,
		"TCB_SEQID":              hex.EncodeToString(run),
		"TCB_SOURCE":             "wx_devtools",
		"TCB_CONTEXT_KEYS":       cloudVariables,
		"TCB_CONTEXT_CNFG":       string(config),
		"WX_APPID":               c.app,
		"WX_OPENID":              c.openID,
		"WX_CLIENTIP":            "127.0.0.1",
		"WX_CONTEXT_KEYS":        userVariables,
		"NO_PROXY":               strings.Trim(os.Getenv("NO_PROXY")+","+os.Getenv("no_proxy")+","+gateway.Hostname(), ","),
	}
	if c.openID == "" {
		v["WX_OPENID"] = madeUpUser(c.app)
	}
	return v, nil
}

// madeUpUser is the openid of a user whom the app has always had: 28 characters
// that begin with an o, like every openid.
func madeUpUser(appID string) string {
	sum := sha256.Sum256([]byte("suncode openid " + appID))
	return "o" + base64.RawURLEncoding.EncodeToString(sum[:])[:27]
}

// cloudPrefixes begin the names of variables that a function has from the cloud
// alone.
var cloudPrefixes = []string{"TENCENTCLOUD_", "SCF_", "TCB_", "WX_", "CBR_", "SUMERU_", "KUBERNETES_SERVICE_", "NO_PROXY=", "no_proxy="}

// over is an environment with the variables in the place of its own of that
// kind.
func (v variables) over(environment []string) []string {
	environment = slices.DeleteFunc(environment, func(line string) bool {
		return slices.ContainsFunc(cloudPrefixes, func(prefix string) bool { return strings.HasPrefix(line, prefix) })
	})
	return append(environment, v.lines(slices.Sorted(maps.Keys(v)))...)
}

func (v variables) lines(names []string) []string {
	lines := make([]string, len(names))
	for i, name := range names {
		lines[i] = name + "=" + v[name]
	}
	return lines
}

// context is the second argument of exports.main.
func (v variables) context(f *issue.Function, timeout time.Duration) map[string]any {
	names := strings.Split(userVariables+","+cloudVariables, ",")
	own := variables{}
	for _, name := range names {
		own[name] = v[name]
	}
	environment, err := json.Marshal(own)
	if err != nil {
		panic(err) // strings always encode
	}
	return map[string]any{
		"callbackWaitsForEmptyEventLoop": false,
		"memory_limit_in_mb":             256,
		"time_limit_in_ms":               timeout.Milliseconds(),
		"request_id":                     v["TCB_SEQID"],
		"function_name":                  f.Name,
		"function_version":               "$LATEST",
		"namespace":                      f.Env,
		"environment":                    string(environment),
		"environ":                        strings.Join(v.lines(names), ";"),
	}
}
