// Package cloudcall is the gateway of cloud calls: what wx-server-sdk, in a cloud function, talks to in place of the
// HTTPS API. docs/CLOUD.md describes it for its users.
//
// A call is a POST of a multipart form: which API, the parameters as a protobuf message, who calls, and a signature,
// in the headers since version 2 of the SDK ([TC3-HMAC-SHA256]) and in the form before. A [Handler] finds out which
// function calls, checks its signature and what its config.json permits, makes a JSON body of the parameters, and
// hands that to the API as if it had come by HTTPS. What the API answers, picture or error, goes back in a protobuf
// message; what the gateway itself has to refuse, as the SDK expects it from the platform's gateway.
//
// The package does not know what an API does, and keeps nothing.
//
// [TC3-HMAC-SHA256]: https://www.tencentcloud.com/document/product/213/33224
package cloudcall
