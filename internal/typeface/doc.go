// Package typeface reads fonts for captions: what a text measures, its outlines, and the small font with nothing but a
// document's own characters that goes into a PDF.
//
// Text is set from left to right, one glyph a character, without kerning or ligatures: right for Latin, Greek,
// Cyrillic and Chinese, not for scripts that join or reorder their letters.
package typeface
