package main

import "syscall"

// limitMemory bounds what the process may allocate, in bytes. Where the system
// refuses, the bounds within the process are all there is.
func limitMemory(limit uint64) {
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit})
}
