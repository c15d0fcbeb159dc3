package batch

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncTree makes all that was written to a folder's file system durable.
func syncTree(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // only read
	return os.NewSyscallError("syncfs", unix.Syncfs(int(d.Fd())))
}
