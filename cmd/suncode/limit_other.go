//go:build !linux

package main

// limitMemory has no counterpart that works alike on other systems.
func limitMemory(uint64) {}
