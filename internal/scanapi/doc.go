// Package scanapi is Suncode's own API for reading codes back: POST /suncode/v1/resolve takes a ticket,
// POST /suncode/v1/scan a picture, and both say which page of which app a code leads to. docs/API.md describes them.
//
// POST /suncode/v1/check tells whether a code will scan in given colours and sizes (package legible).
//
// All are open to everyone. What a code says can be read off the paper by anyone; only its seal is secret, and
// that never leaves the registry. A ticket that was forged, altered or made by another registry gets another answer
// than a picture in which nothing can be read.
//
// Unlike the platform's API this one uses HTTP's own status codes. Errors are {"error":{"code":"…","message":"…"}}.
package scanapi
