// Package batchapi is Suncode's API for making many codes at once, under /suncode/v1/batches: a POST uploads scenes and
// gives a batch, which the server makes in its own time; GETs tell how far it is, once or as server-sent events, and
// hand out the archive, the manifest and the report of bad rows. docs/API.md describes it.
//
// A caller is an app, by its access token, and sees its own batches only. Like the calls that read codes this API uses
// HTTP's own status codes; errors are {"error":{"code":"…","message":"…"}}.
//
// What a batch is and how it is made is internal/order's; this package puts it on the wire.
package batchapi
