// Package pdf writes PDF 1.4 files as a stream: objects go out as they are made, and what stays in memory is where each
// of them begins. It knows objects, streams, the cross-reference table, and the few operators of a page that codes
// need; what a page shows is its caller's.
//
// The same objects give the same bytes: there is no date in a file, and its identifier is the hash of what it holds.
//
// Why not a library: of those that were tried, none keeps pure black pure beside a picture with alpha (a page with one
// becomes a transparency group in RGB), writes two page boxes in the same order twice, marks a font as the subset
// that it is, or lets go of a page before the last one is there.
package pdf
