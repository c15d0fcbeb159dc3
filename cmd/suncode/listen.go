package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"syscall"
)

// listen opens a TCP port, with advice when that fails.
func listen(ctx context.Context, addr, flag string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err == nil {
		return l, nil
	}
	hint := flag + " takes HOST:PORT, as in 127.0.0.1:8080 or :8080"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		hint = "another suncode is running? choose another port with " + flag
	case errors.Is(err, fs.ErrPermission):
		hint = "ports below 1024 belong to the administrator on most systems; choose another with " + flag
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "this machine has no such address; " + flag + " takes one of its own, or :PORT for all"
	}
	return nil, hinted(fmt.Errorf("cannot listen: %w", err), hint)
}

// reachable is the address of a listener as a client on this machine would
// write it: a wildcard becomes the loopback address.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return a.String()
	}
	ip := tcp.IP
	if ip == nil || ip.IsUnspecified() {
		ip = net.IPv4(127, 0, 0, 1)
	}
	return net.JoinHostPort(ip.String(), strconv.Itoa(tcp.Port))
}
