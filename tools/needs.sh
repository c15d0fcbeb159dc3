#!/usr/bin/env bash
# Installs what the checks need beside Go and this machine lacks. Asks for nothing where nothing is missing.
set -euo pipefail

# A command that the checks call, and the Debian packages it comes in.
needs=(
  "make          make"                 # .ci/run starts with nothing
  "gcc           gcc libc6-dev"        # the race detector links with it
  "curl          curl"                 # calls the server as a user does
  "rsvg-convert  librsvg2-bin"         # draws our SVG files
  "pdftoppm      poppler-utils"        # draws our PDF files and tells what is in them
  "qpdf          qpdf"                 # checks them
  "djpeg         libjpeg-turbo-progs"  # reads our JPEG files as browsers do
  "zbarimg       zbar-tools"           # reads our QR codes as phones do
  "node          nodejs"               # runs the clients written for it; conformance/package.json says from which version on
  "npm           npm"                 # fetches them
  "chromium      chromium"             # runs @suncode/scan as browsers do
)

missing=()
packages=()
for need in "${needs[@]}"; do
  read -r command from <<<"$need"
  if ! command -v "$command" >/dev/null; then
    missing+=("$command")
    read -ra names <<<"$from"
    packages+=("${names[@]}")
  fi
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

echo "missing: ${missing[*]}; installing: ${packages[*]}"
if ! command -v apt-get >/dev/null; then
  echo "This is no Debian: install the commands above by hand, or run 'make check', which skips the tests that need them." >&2
  exit 1
fi
as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "Not root and no sudo here: run 'apt-get install ${packages[*]}' as root first." >&2
    exit 1
  fi
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq </dev/null
"${as_root[@]}" apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${packages[@]}" </dev/null
