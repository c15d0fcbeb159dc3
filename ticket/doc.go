// Package ticket is what Suncode's own codes say: which app, which page, which environment, which scene, and a seal
// that only the holder of the key could make (docs/SPEC.md 8). A ticket is at most MaxSize bytes, so it always fits a
// symbol of 72 rays.
//
// Parse reads a ticket without a key: a scene is as readable as if it were printed in letters. Only Verify and
// Keys.Open tell a true ticket from a forged one. The package does not know which apps and pages exist.
package ticket
