package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/internal/wxapi"
)

// connections is how many clients ask at a time, each on a connection of its own that stays open.
const connections = 8

// served compares the codes per second of the server's handler with those of one that answers with the same bytes
// every time. Both, and the clients, share this machine.
func served(out io.Writer, seconds time.Duration) error {
	dir, err := os.MkdirTemp("", "suncode-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a leftover in the temporary folder does no harm
	ctx := context.Background()
	store, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	demo, ok, err := store.EnsureDemo(ctx)
	if err != nil || !ok {
		return fmt.Errorf("no demo app: %w", err)
	}
	api := wxapi.New(wxapi.Config{
		Issuer: issue.NewIssuer(store), Tokens: issue.NewTokens(store, nil), Limiter: issue.NewQuotas(store, wxapi.Rules(0, 0), nil),
	})
	codesHere, err := listen(api)
	if err != nil {
		return err
	}
	defer codesHere.close()
	token, err := tokenOf(codesHere.addr, demo.AppID, demo.Secret)
	if err != nil {
		return err
	}
	path := "/wxa/getwxacodeunlimit?access_token=" + url.QueryEscape(token)
	var picture []byte
	if _, err := ask(codesHere.addr, path, 0, func(body []byte) { picture = append(picture, body...) }); err != nil {
		return err
	}
	constant, err := listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "image/jpeg")
		w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
		_, _ = w.Write(picture)
	}))
	if err != nil {
		return err
	}
	defer constant.close()
	if _, err := load(codesHere.addr, path, seconds/2); err != nil { // until the plate is warm
		return err
	}
	var codes, same float64
	for range 3 { // in turns
		n, err := load(constant.addr, path, seconds/3)
		if err != nil {
			return err
		}
		same += n / 3
		if n, err = load(codesHere.addr, path, seconds/3); err != nil {
			return err
		}
		codes += n / 3
	}
	fmt.Fprintf(out, "\n| over HTTP, %d connections | answers/s | × constant |\n|---|--:|--:|\n", connections)
	fmt.Fprintf(out, "| the same %d bytes in each answer | %.0f | 1 |\n", len(picture), same)
	fmt.Fprintf(out, "| a new scene in each call, 430 px JPEG | %.0f | %.2f |\n", codes, codes/same)
	return nil
}

type listening struct {
	addr  string
	close func()
}

func listen(h http.Handler) (*listening, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }() // ends with close
	return &listening{l.Addr().String(), func() { _ = server.Close() }}, nil
}

func tokenOf(addr, appID, secret string) (string, error) {
	query := url.Values{"grant_type": {"client_credential"}, "appid": {appID}, "secret": {secret}}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+addr+"/cgi-bin/token?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Token string `json:"access_token"`
	}
	return answer.Token, json.NewDecoder(response.Body).Decode(&answer)
}

// load asks on all connections for a time, and counts the answers per second.
func load(addr, path string, seconds time.Duration) (float64, error) {
	var total, scene atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	began := time.Now()
	for range connections {
		all.Go(func() {
			n, err := ask(addr, path, seconds, nil, &scene)
			if err != nil {
				failed.Store(err)
			}
			total.Add(int64(n))
		})
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return 0, err
	}
	return float64(total.Load()) / time.Since(began).Seconds(), nil
}

// ask sends one call after the other for a time, at least one, each with a scene of its own. It knows of HTTP just
// what these answers need, so that it takes little from the servers.
func ask(addr, path string, seconds time.Duration, visit func([]byte), scene ...*atomic.Int64) (int, error) {
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReaderSize(conn, 64<<10)
	var request []byte
	for n, began := 1, time.Now(); ; n++ {
		id := int64(n)
		for _, s := range scene {
			id = s.Add(1)
		}
		request = fmt.Appendf(request[:0], "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n"+
			`{"scene":"id=%08d"}`, path, id)
		if _, err := conn.Write(request); err != nil {
			return n, err
		}
		if err := answer(in, visit); err != nil {
			return n, err
		}
		if time.Since(began) >= seconds {
			return n, nil
		}
	}
}

// answer reads a picture.
func answer(in *bufio.Reader, visit func([]byte)) error {
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
	if length < 1000 {
		return fmt.Errorf("%d bytes are no picture", length)
	}
	if visit == nil {
		_, err := in.Discard(length)
		return err
	}
	body := make([]byte, length)
	_, err := io.ReadFull(in, body)
	visit(body)
	return err
}
