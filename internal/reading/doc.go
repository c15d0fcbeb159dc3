// Package reading lets callers of the server have their pictures read. It is what the calls that take a picture have
// in common: it bounds the memory that pictures take on their way in, how many are looked at together, and how large
// they may be.
package reading
