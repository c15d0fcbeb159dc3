// Package render turns a symbol into a picture: pixels, JPEG, PNG or SVG. It implements the drawing of SPEC.md 3.
//
// A picture is a square of Options.WidthPx pixels. All geometry is kept in pitches (an edge is suncode.EdgePitches of
// them) and scaled to the width without rounding to whole pixels. The same shapes feed the pixels and the SVG, so
// the two agree.
//
// Pixels are drawn one shape over the other. A pixel's coverage is the exact area of the shape inside it: outlines
// are polygons in steps of 1/65536 pixel, within 1/128 pixel of the true curve and of the same area, and their areas
// are added up in whole numbers. Colours are mixed by coverage in the sRGB values themselves, as browsers and other
// drawing programs do. The result is the same to the byte on every run and every kind of machine.
//
// This is the plain way to draw, meant to be read and to be relied on as the reference. Who makes many codes takes
// Plates: the same drawings, compiled.
package render
