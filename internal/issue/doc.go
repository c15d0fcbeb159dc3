// Package issue is what Suncode is about: apps with published pages, codes
// that lead to them, and the rules by which a code is made and read back.
//
// An [Issuer] turns a request (app, page and scene or a path, environment,
// looks) into a picture; a [Resolver] turns the ticket that was read from a
// picture back into an app's page and scene; [Tokens] says who may ask; a
// [Limiter] says how often; a [Journal] keeps what went wrong. All of them read one immutable [Snapshot] of the registry, so
// that issuing a code locks nothing and writes nothing.
//
// What a code stands on is given once and kept for ever: an app's number, a
// page's or path's number within its app and a sealing key's number are committed by
// the [Store] before the first code that uses them leaves the server, and
// are never reused or deleted.
//
// The package knows no HTTP, no error numbers of a platform and no database:
// the packages beside it adapt it to those. They map [Code] to their own
// wire in one table.
package issue
