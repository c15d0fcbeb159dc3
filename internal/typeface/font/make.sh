#!/usr/bin/env bash
# Makes NotoSansSC.ttf.gz, the font that is built in: Noto Sans SC Regular, cut to Latin, Greek, Cyrillic, the signs and
# characters of GB 2312, and the full-width forms. Of Latin it has what western Europe, pinyin and Vietnam need; the
# letters of the rest of Europe come from Source Sans 3, which its Latin letters are, larger by 11.7 %. Needs npm, and
# python3 with fonttools (Debian: fonttools). The same versions give the same bytes.
set -euo pipefail
cd "$(dirname "$0")"

package=@expo-google-fonts/noto-sans-sc@0.4.3 # Noto Sans SC v40 of 2026-01-07, one whole TrueType file a weight
sha256=d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16
latin=@expo-google-fonts/source-sans-3@0.4.1 # Source Sans 3.052, likewise
latin_sha256=393fb5b878ceed04aebc34b097e853ae5138c51d0c34b496ce8e2b47e0d0b94a

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE FILE SHA256 unpacks a font and its licence into a folder of the font's name.
fetch() {
  local to=$work/${2%.ttf}
  mkdir "$to"
  npm pack --silent --pack-destination "$to" "$1" >/dev/null
  tar -xzf "$to"/*.tgz -C "$to" --strip-components=1 "package/400Regular/$2" package/LICENSE_FONT
  mv "$to/400Regular/$2" "$to/font.ttf"
  echo "$3  $to/font.ttf" | sha256sum --check --quiet
}
fetch "$package" NotoSansSC_400Regular.ttf "$sha256"
fetch "$latin" SourceSans3_400Regular.ttf "$latin_sha256"

python3 >"$work/characters" <<'PYTHON'
wanted = set()
for first, last in [(0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x1EA0, 0x1EF9), (0x2010, 0x2027), (0x2030, 0x203B),
                    (0x3000, 0x3020), (0xFF01, 0xFF5E)]:
    wanted.update(range(first, last + 1))
wanted.update(map(ord, "ƠơƯưẞ€™№℃←↑→↓−∞≠≤≥①②③④⑤⑥⑦⑧⑨⑩￥"))
for row in range(0xA1, 0xF8):
    for place in range(0xA1, 0xFF):
        try:
            wanted.add(ord(bytes([row, place]).decode("gb2312")))
        except UnicodeDecodeError:
            pass
print("\n".join(f"U+{c:04X}" for c in sorted(wanted)))
PYTHON

pyftsubset "$work/NotoSansSC_400Regular/font.ttf" --unicodes-file="$work/characters" --output-file="$work/cut.ttf" \
  --layout-features='' --no-hinting --drop-tables+=GSUB,GPOS,GDEF,BASE,STAT,VORG,vhea,vmtx,gasp,prep,DSIG \
  --name-IDs=0,1,2,3,4,5,6,13,14 --notdef-outline --no-recalc-timestamp

python3 - "$work" <<'PYTHON'
import sys
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

work = sys.argv[1]
font = TTFont(work + "/cut.ttf", recalcTimestamp=False)
latin = TTFont(work + "/SourceSans3_400Regular/font.ttf")
scale_upem(latin, 1117)  # for every em of Noto Sans SC, which has 1000
glyphs, have, names = latin.getGlyphSet(), font.getBestCmap(), latin.getBestCmap()
for line in open(work + "/characters"):
    code = int(line[2:], 16)
    if code in have or code not in names or not chr(code).isalpha():
        continue
    outline, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
    glyphs[names[code]].draw(outline)
    outline.replay(pen)
    name = "latin%04X" % code
    glyph = pen.glyph()
    glyph.recalcBounds(font["glyf"])
    font["glyf"][name] = glyph
    font["hmtx"][name] = (glyphs[names[code]].width, glyph.xMin)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name
for record in font["name"].names:
    if record.nameID == 0:
        record.string = str(record) + " Letters of eastern Europe: " + latin["name"].getDebugName(0)
font.save(work + "/whole.ttf")
PYTHON
gzip -9 --no-name <"$work/whole.ttf" >NotoSansSC.ttf.gz
{
  echo "The letters of eastern Europe in this font are from Source Sans 3:"
  head -n 1 "$work/SourceSans3_400Regular/LICENSE_FONT"
  echo
  echo "All others:"
  cat "$work/NotoSansSC_400Regular/LICENSE_FONT"
} >LICENSE.txt
