#!/usr/bin/env bash
# Puts the scanner for browsers, as web/scan/build.sh built it into a folder, where the program takes it from.
set -euo pipefail

from=$1
to=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/engine
cp "$from"/{browser,engine,error,go,remote,scanner,serve,worker}.js "$from/LICENSE-GO" "$to"
gzip -9 -n -c "$from/scan.wasm" >"$to/scan.wasm.gz"
