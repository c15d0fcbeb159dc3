package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/suncode/suncode/bench/internal/report"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/internal/wxapi"
)

// connections is how many clients ask at a time, each on a connection of its own that stays open.
const connections = 8

// served compares the codes per second of the server's handler with those of one that answers with the same bytes
// every time. Both, and the clients, share this machine.
func served(out io.Writer, seconds time.Duration, profile io.Writer) error {
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
	if _, err := ask(codesHere.addr, path, 0, func(body []byte) { picture = append(picture, body...) }, newScene, new(atomic.Int64)); err != nil {
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
	if _, err := load(codesHere.addr, path, seconds/2, newScene); err != nil { // until the plate is warm
		return err
	}
	if profile != nil {
		if err := profiledLoad(profile, codesHere.addr, path, seconds); err != nil {
			return err
		}
	}
	compared, err := compare(constant.addr, codesHere.addr, path, seconds)
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	fmt.Fprint(out, report.Head(fmt.Sprintf("over HTTP, %d connections", connections), "answers/s", "× constant"))
	fmt.Fprintf(out, "| the same %d bytes in each answer | %.0f | 1 |\n", len(picture), compared.same)
	fmt.Fprintf(out, "| a new scene in each call, 430 px JPEG | %.0f | %.2f |\n", compared.codes, compared.ratio)
	alone, beside, flood, err := flooded(codesHere.addr, path, seconds)
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	fmt.Fprint(out, report.Head("a client, and another that asks for a new colour in each call", "answers/s"))
	fmt.Fprintf(out, "| the client alone | %.0f |\n| the client beside the other | %.0f |\n| the other | %.0f |\n", alone, beside, flood)
	return nil
}

func profiledLoad(profile io.Writer, addr, path string, seconds time.Duration) error {
	if err := pprof.StartCPUProfile(profile); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	_, err := load(addr, path, seconds, newScene)
	return err
}

// comparison is answers per second of both servers, and the ratio of the answers that each gives for the same time of
// the processors.
type comparison struct{ same, codes, ratio float64 }

// compare loads both servers in turns. The median of the turns counts, since others may use the machine as well.
func compare(constant, codesHere, path string, seconds time.Duration) (comparison, error) {
	const turns = 15
	var same, codes, ratios []float64
	for range turns {
		var perProcessor [2]float64
		for i, addr := range []string{constant, codesHere} {
			before := report.ProcessorTime()
			began := time.Now()
			n, err := load(addr, path, seconds/turns, newScene)
			if err != nil {
				return comparison{}, err
			}
			perProcessor[i] = n * float64(time.Since(began)) / float64(report.ProcessorTime()-before)
			if addr == constant {
				same = append(same, n)
			} else {
				codes = append(codes, n)
			}
		}
		ratios = append(ratios, perProcessor[1]/perProcessor[0])
	}
	return comparison{middle(same), middle(codes), middle(ratios)}, nil
}

func middle(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// flooded is what a client gets alone, and beside another one that asks for a new colour in each call on as many
// connections.
func flooded(addr, path string, seconds time.Duration) (alone, beside, flood float64, err error) {
	if alone, err = load(addr, path, seconds, newScene); err != nil {
		return 0, 0, 0, err
	}
	var other sync.WaitGroup
	var otherErr error
	other.Go(func() { flood, otherErr = load(addr, path, seconds, newColour) })
	beside, err = load(addr, path, seconds, newScene)
	other.Wait()
	return alone, beside, flood, errors.Join(err, otherErr)
}

// Bodies of requests, told apart by a number.
func newScene(b []byte, n int64) []byte { return fmt.Appendf(b, `{"scene":"id=%08d"}`, n) }

func newColour(b []byte, n int64) []byte {
	return fmt.Appendf(b, `{"scene":"id=%08d","line_color":{"r":"%d","g":"%d","b":"%d"}}`, n, n>>10&255, n>>5&31, n&31)
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
func load(addr, path string, seconds time.Duration, body func([]byte, int64) []byte) (float64, error) {
	var total atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	began := time.Now()
	for range connections {
		all.Go(func() {
			n, err := ask(addr, path, seconds, nil, body, &asked)
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

// asked numbers requests, so that none is like another.
var asked atomic.Int64

// ask sends one call after the other for a time, at least one. It knows of HTTP just what these answers need, so that
// it takes little from the servers.
func ask(addr, path string, seconds time.Duration, visit func([]byte), body func([]byte, int64) []byte, number *atomic.Int64) (int, error) {
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReaderSize(conn, 64<<10)
	var request, payload []byte
	for n, began := 1, time.Now(); ; n++ {
		payload = body(payload[:0], number.Add(1))
		request = fmt.Appendf(request[:0], "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			path, len(payload), payload)
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
