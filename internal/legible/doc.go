// Package legible tells whether a code will scan as it is meant to be shown: its colours, what it lies on, how large it
// is, from how far it is looked at, how fine it is printed. Every answer names its rule, what was measured, the limit,
// and what would do instead. docs/PRINT.md has the rules with their sources.
//
// There are two limits to most rules. Below the first the scanner does not read even a perfect picture; that is taken
// from docs/ROBUSTNESS.md. Above the second it still reads when the picture is a bad one, a photograph by hand with
// some of everything that spoils pictures; a test draws such pictures on both sides of the limits.
package legible
