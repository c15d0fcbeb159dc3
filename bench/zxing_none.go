//go:build !zxing

package main

import "image"

func zxingRead(*image.Gray) (count int, text string) { return 0, "" }

func zxingVersion() string { return "" }
