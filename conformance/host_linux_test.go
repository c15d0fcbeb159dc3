package conformance

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBuiltInHost lets every client make its requests of the host that it has
// built in, as its own documentation has it: nothing tells it of another
// server but a hosts file and a trusted certificate authority. That needs the
// port 443 and a hosts file of its own, which is why the test runs itself once
// more, in a network and with mounts that nobody else sees. A machine that
// does not grant these, as many containers do not, skips the test: that is
// nothing to install.
func TestBuiltInHost(t *testing.T) {
	if os.Getenv(insideVar) != "" {
		insideNamespaces(t)
		return
	}
	exe, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out, err := inNamespaces(t, insideVar+"="+exe)
	failed := new(exec.ExitError)
	switch {
	case errors.As(err, &failed):
		t.Fatalf("%v\n%s", err, out)
	case err != nil:
		t.Skipf("needs root or user namespaces: %v", err)
	case strings.Contains(out, "--- SKIP: "+t.Name()+" "):
		t.Skip(out)
	}
	t.Log(out)
}

// inNamespaces runs this test again in network and mount namespaces of its
// own. Who is not allowed to make these is, in a user namespace of its own.
func inNamespaces(t *testing.T, env string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var refused error
	for _, user := range []uintptr{0, syscall.CLONE_NEWUSER} {
		cmd := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), env)
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | user}
		if user != 0 {
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		}
		out, err := cmd.CombinedOutput()
		if failed := new(exec.ExitError); err == nil || errors.As(err, &failed) {
			return string(out), err
		}
		refused = errors.Join(refused, err)
	}
	return "", refused
}

func insideNamespaces(t *testing.T) {
	t.Helper()
	if err := errors.Join(raiseLoopback(), replaceHosts(t)); err != nil {
		t.Skipf("needs namespaces that it may change: %v", err)
	}
	s := start(t, "--tls-dev", "--addr", "127.0.0.1:443")
	ca := filepath.Join(s.data, "tls", "ca.pem")
	t.Setenv("SSL_CERT_FILE", ca)
	t.Setenv("NODE_EXTRA_CA_CERTS", ca)
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) { c.trials(t, s, true) })
	}
}

// raiseLoopback makes 127.0.0.1 work in a new network namespace.
func raiseLoopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	loopback, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	loopback.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, loopback)
}

// replaceHosts puts a hosts file in the place of the machine's, in this mount
// namespace only.
func replaceHosts(t *testing.T) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(file, []byte("127.0.0.1 localhost api.weixin.qq.com\n"), 0o644); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	return unix.Mount(file, "/etc/hosts", "", unix.MS_BIND, "")
}
