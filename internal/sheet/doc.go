// Package sheet makes what goes to a printer: one code as SVG or PDF, and contact sheets of many codes as PDF. Lengths
// are millimetres, all lines are filled outlines, and the same input gives the same bytes. docs/PRINT.md describes it.
//
// A label is a code's square, the quiet zone around it and a caption below; its edge is where the paper is cut. The
// ground goes over that edge by the bleed.
//
// What is not here: where the codes come from and where the files go (internal/batch), and whether a code will scan in
// the size and the colours asked for (internal/legible).
package sheet
