//go:build turbo

package main

/*
#cgo pkg-config: libjpeg
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>

// encode codes RGB rows as libjpeg-turbo does by itself at that quality, 4:2:0, into memory that it keeps.
static unsigned long encode(const unsigned char *rgb, int edge, int quality, unsigned char **out, unsigned long *room) {
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr e;
	unsigned long size = *room;
	unsigned char *at = *out;
	c.err = jpeg_std_error(&e);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &at, &size);
	c.image_width = c.image_height = edge;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, quality, TRUE);
	c.dct_method = JDCT_ISLOW;
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		JSAMPROW rows[16];
		int n = 0;
		for (; n < 16 && c.next_scanline + n < c.image_height; n++)
			rows[n] = (JSAMPROW)rgb + (size_t)(c.next_scanline + n) * edge * 3;
		jpeg_write_scanlines(&c, rows, n);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	if (at != *out) { // it was too small; the larger one is kept
		free(*out);
		*out = at;
		*room = size;
	}
	return size;
}

static int version(void) { return LIBJPEG_TURBO_VERSION_NUMBER; }
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// turbo encodes with libjpeg-turbo.
type turbo struct {
	out  *C.uchar
	room C.ulong
}

func turboVersion() string {
	v := int(C.version())
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1000%1000, v%1000)
}

// encode is the length of the file of RGB pixels at quality 90.
func (t *turbo) encode(rgb []byte, edge int) int {
	if t.out == nil {
		t.room = 4 << 20
		t.out = (*C.uchar)(C.malloc(t.room))
	}
	return int(C.encode((*C.uchar)(unsafe.Pointer(&rgb[0])), C.int(edge), 90, &t.out, &t.room))
}
