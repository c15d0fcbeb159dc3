// Package suncode is the symbol of a mini program code: the round code of dotted rays. It turns payloads into cells
// and cells into payloads, as docs/SPEC.md says; clause numbers in this package's comments are of that document.
//
// A Symbol is a Level (ray count and strength), a Mask and the stream of its data cells. Encode makes one from a
// Payload; Decode corrects it and gives the Payload back. Plan tells what every place of the grid of rays is, and
// the geometry constants tell where it lies: a drawer and a scanner need no more than these.
//
// The package knows nothing of pictures (see packages render and scan), of what a payload means (see package
// ticket), or of files and networks.
package suncode
