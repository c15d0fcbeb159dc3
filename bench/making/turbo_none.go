//go:build !turbo

package main

// turbo stands in where libjpeg-turbo is not built in.
type turbo struct{}

func turboVersion() string { return "" }

func (t *turbo) encode([]byte, int) int { return 0 }
