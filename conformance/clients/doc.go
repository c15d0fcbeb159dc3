// Package clients is how to point other people's clients at a Suncode server:
// the snippets of docs/CLIENTS.md, as the tests run them.
package clients
