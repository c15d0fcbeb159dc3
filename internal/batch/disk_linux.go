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

// startWriting lets the disk begin to write a part of a file, and waits for
// nothing. What comes of it is told by a sync.
func startWriting(f *os.File, from, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), from, n, unix.SYNC_FILE_RANGE_WRITE)
}
