#!/usr/bin/env bash
# Makes NotoSansSC.ttf.gz, the font that is built in: Noto Sans SC Regular, cut to Latin, Greek, Cyrillic, the signs and
# characters of GB 2312, and the full-width forms. Needs npm, python3 and pyftsubset (Debian: fonttools). The same
# versions give the same bytes.
set -euo pipefail
cd "$(dirname "$0")"

package=@expo-google-fonts/noto-sans-sc@0.4.3 # Noto Sans SC v40 of 2026-01-07, one whole TrueType file a weight
sha256=d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "$package" >/dev/null
tar -xzf "$work"/*.tgz -C "$work" package/400Regular/NotoSansSC_400Regular.ttf package/LICENSE_FONT
source=$work/package/400Regular/NotoSansSC_400Regular.ttf
echo "$sha256  $source" | sha256sum --check --quiet

python3 >"$work/characters" <<'PYTHON'
wanted = set()
for first, last in [(0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x203B), (0x3000, 0x3020), (0xFF01, 0xFF5E)]:
    wanted.update(range(first, last + 1))
wanted.update(map(ord, "€™№℃←↑→↓−∞≠≤≥①②③④⑤⑥⑦⑧⑨⑩￥"))
for row in range(0xA1, 0xF8):
    for place in range(0xA1, 0xFF):
        try:
            wanted.add(ord(bytes([row, place]).decode("gb2312")))
        except UnicodeDecodeError:
            pass
print("\n".join(f"U+{c:04X}" for c in sorted(wanted)))
PYTHON

pyftsubset "$source" --unicodes-file="$work/characters" --output-file="$work/cut.ttf" --layout-features='' --no-hinting \
  --drop-tables+=GSUB,GPOS,GDEF,BASE,STAT,VORG,vhea,vmtx,gasp,prep,DSIG --name-IDs=0,1,2,3,4,5,6,13,14 --notdef-outline \
  --no-recalc-timestamp
gzip -9 --no-name <"$work/cut.ttf" >NotoSansSC.ttf.gz
cp "$work/package/LICENSE_FONT" LICENSE.txt
