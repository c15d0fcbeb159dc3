//go:build !linux

package batch

import "os"

// syncTree has no counterpart here that does not take a call for each file: what
// was written is safe from the end of the program, not from that of the power.
func syncTree(string) error { return nil }

// startWriting has no counterpart here: the system begins when it likes.
func startWriting(*os.File, int64, int64) {}
