// Package wxapi is the platform's HTTPS API: access tokens, the three kinds of code, what the codes in a picture say,
// quotas and why a call failed, to the byte where it is known to the byte. docs/API.md describes it call by call.
//
// A [Handler] decodes and checks what came over the wire, hands it to package issue, and puts the result or the
// error into the platform's form: status 200 whatever happens, the kind of answer told by its Content-Type, errors
// as {"errcode":N,"errmsg":"… rid: …"}. What a code is and when one may be made is not decided here.
//
// JSON is read as the platform reads it, which encoding/json cannot be made to do: keys by their exact bytes, each
// once, none unknown; strings without undoing \uXXXX. So encoding/json only says whether a body is valid, and a
// short walk over the valid bytes does the rest.
package wxapi
