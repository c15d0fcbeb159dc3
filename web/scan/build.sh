#!/usr/bin/env bash
# Builds what @suncode/scan consists of: web/scan/build.sh [FOLDER], by default dist beside this file. The same sources
# and the same Go give the same bytes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/dist}
goroot=$(cd "$here" && go env GOROOT)

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
cp "$here"/src/* "$out"
cp "$here/../../LICENSE" "$out/LICENSE"
cp "$goroot/LICENSE" "$out/LICENSE-GO"

# wasm_exec.js, the other half of every Go program in WebAssembly, wants to be a script: it takes what it needs from
# globalThis and leaves there what it makes. Here it gets a globalThis of its own.
{
  cat <<'HEAD'
// Made by build.sh around Go's lib/wasm/wasm_exec.js, which LICENSE-GO covers.

/** loadGo gives the class Go, and scope, which Go programs take for globalThis. print gets what they print. */
export function loadGo(crypto, print) {
  const globalThis = { crypto, performance, TextEncoder, TextDecoder, Object, Array, Uint8Array };
  let fs;

HEAD
  cat "$goroot/lib/wasm/wasm_exec.js"
  cat <<'TAIL'

  const text = new TextDecoder();
  fs = globalThis.fs;
  fs.writeSync = (_, bytes) => {
    print(text.decode(bytes));
    return bytes.length;
  };
  return { Go: globalThis.Go, scope: globalThis };
}
TAIL
} >"$out/go.js"

cd "$here"
GOOS=js GOARCH=wasm CGO_ENABLED=0 GOFLAGS= go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$out/scan.wasm" ./wasm
chmod 644 "$out"/*
