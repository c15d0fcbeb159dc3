//go:build zxing

package main

// #cgo pkg-config: zxing
// #cgo CXXFLAGS: -std=c++17 -O2
// int zxing_read(const unsigned char* pix, int width, int height, char* text, int capacity);
// int zxing_version();
import "C"

import (
	"fmt"
	"image"
	"unsafe"
)

// zxingRead reads the QR codes of a frame with zxing-cpp and returns how many there are and the text of one.
func zxingRead(frame *image.Gray) (count int, text string) {
	var buf [256]C.char
	count = int(C.zxing_read((*C.uchar)(unsafe.Pointer(&frame.Pix[0])), C.int(frame.Rect.Dx()), C.int(frame.Rect.Dy()), &buf[0], C.int(len(buf))))
	return count, C.GoString(&buf[0])
}

// zxingVersion is the version of the library, empty where it is not built in.
func zxingVersion() string {
	v := int(C.zxing_version())
	return fmt.Sprintf("%d.%d.%d", v/10000, v/100%100, v%100)
}
