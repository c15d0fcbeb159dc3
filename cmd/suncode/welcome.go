package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// welcome is what `suncode serve` tells a person once it answers.
type welcome struct {
	base    string // URL without a slash at the end
	data    string // the registry's folder, as it was given
	appID   string // of the demo app, or of the first of the registry's apps
	demo    bool   // appID is the demo app
	secret  string // of the demo app, "" when it is not known
	program string // how to run this program again, ready for a shell
	ca      string // path of the development CA, "" without
	freshCA bool
}

// text is the whole start-up text.
func (w welcome) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "suncode answers on %s (registry in %s)\n", w.base, w.data)
	switch {
	case w.secret != "":
		fmt.Fprintf(&b, "\nGet a code of the demo app:\n\n  %s\n", w.fetch(w.secret))
	case w.appID != "":
		fmt.Fprintf(&b, "\nGet a code of %s, with its secret in the place of SECRET:\n\n  %s\n", w.appID, w.fetch("SECRET"))
	}
	if w.demo && w.secret == "" {
		fmt.Fprintf(&b, "\nA new secret for it:\n\n  %s app secret%s %s\n", w.program, w.dataFlag(), w.appID)
	}
	if w.appID != "" {
		fmt.Fprintf(&b, "\nRead it, here or through the server:\n\n  %s\n  %s\n\nOr show it to the camera: %s/scan\n", w.scan(), w.resolve(), w.base)
	}
	fmt.Fprintf(&b, "\nAn app of your own:\n\n  %s app add%s --name \"My shop\"\n  %[1]s app publish%[2]s APPID path/to/miniprogram\n",
		w.program, w.dataFlag())
	if w.ca != "" {
		b.WriteString(w.trust())
	}
	b.WriteString("\nCtrl-C stops the server.\n")
	return b.String()
}

// curl is the beginning of every curl line.
func (w welcome) curl() string {
	if w.ca == "" {
		return "curl -sS"
	}
	return "curl -sS --cacert " + shellQuote(w.ca)
}

// fetch is one command that asks for a token and saves a picture.
func (w welcome) fetch(secret string) string {
	token := fmt.Sprintf(`%s '%s/cgi-bin/token?grant_type=client_credential&appid=%s&secret=%s' | sed 's/.*"access_token":"\([^"]*\)".*/\1/'`,
		w.curl(), w.base, w.appID, secret)
	return fmt.Sprintf(`%s -o demo.jpg -d '{"scene":"a=1"}' "%s/wxa/getwxacodeunlimit?access_token=$(%s)"`, w.curl(), w.base, token)
}

func (w welcome) scan() string { return w.program + " scan" + w.dataFlag() + " demo.jpg" }

func (w welcome) resolve() string {
	return fmt.Sprintf("%s -F file=@demo.jpg %s/suncode/v1/scan", w.curl(), w.base)
}

// dataFlag is needed where the registry does not lie in the default place.
func (w welcome) dataFlag() string {
	if w.data == defaultData {
		return ""
	}
	return " --data " + shellQuote(w.data)
}

const trustText = `
SDKs with the host built in find this server when %[1]s leads here
and the CA is trusted. Only that host, localhost, 127.0.0.1 and ::1 can be
vouched for by it.

  hosts file  %[2]s %[1]s
  curl        --cacert %[3]s --resolve %[1]s:%[4]s:%[2]s https://%[1]s%[5]s/healthz
  Go          SSL_CERT_FILE=%[3]s ./your-program
  Node        NODE_EXTRA_CA_CERTS=%[3]s node your-program.js
  Java        keytool -importcert -noprompt -alias suncode -file %[3]s -keystore suncode.p12 -storetype PKCS12 -storepass changeit
              java -Djavax.net.ssl.trustStore=suncode.p12 -Djavax.net.ssl.trustStorePassword=changeit …
`

// trust says how clients are pointed at a server with a development CA.
func (w welcome) trust() string {
	host, port, err := net.SplitHostPort(w.base[strings.Index(w.base, "://")+len("://"):])
	if err != nil {
		return "" // every base has a port
	}
	suffix := ":" + port
	if port == "443" {
		suffix = ""
	}
	text := fmt.Sprintf(trustText, platformHost, host, shellQuote(absolute(w.ca)), port, suffix)
	if port != "443" {
		text += "\nSuch SDKs call port 443: serve there with --addr " + net.JoinHostPort(host, "443") + ".\n"
	}
	if w.freshCA {
		text += "\nThe CA is new: clients that trusted an earlier one must be given this one.\n"
	}
	return text
}

// absolute is path from the root, or as it was when that cannot be told.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// invocation is how a user can run this program again from the same folder:
// as it was called, or through `go run` when that built exe.
func invocation(exe, called string) string {
	if !strings.Contains(filepath.ToSlash(exe), "/go-build") {
		return shellQuote(called)
	}
	if info, err := os.Stat("cmd/suncode"); err == nil && info.IsDir() {
		return "go run ./cmd/suncode"
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		return "go run " + info.Path
	}
	return "suncode"
}

// shellQuote makes one word of s in a POSIX shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
