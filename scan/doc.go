// Package scan finds mini program codes in pictures and reads them: Suncode's own and those of the real platform,
// which are the same symbol (docs/SPEC.md). It does not open tickets (see package ticket) or picture files.
//
// A picture goes through four rooms. Eyes are looked for by their section, dark and light in fixed proportions, at
// several sizes of the picture (eyes.go). Three of them make a frame (frame.go), whose pose, a homography, is refined
// on the places that are alike in all codes (pose.go). Under the pose every place of the grid is measured against the
// ground beside it (sample.go). From these soft values comes a symbol (read.go): the likeliest format word,
// Reed–Solomon with the least certain codewords as erasures, and a payload whose structure must be exact. A wrong
// read is worse than none: SPEC.md 9 says what is accepted, and how seldom chance passes.
package scan
