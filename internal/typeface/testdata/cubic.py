"""Makes cubic.otf, a font of ours with curves of degree three: a ring as O, a bar as I, and a space."""
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen


def ring(pen, radius, clockwise):
    k = 0.5522847498 * radius
    r, x, y = radius, 500, 350
    points = [(r, 0), (r, k), (k, r), (0, r), (-k, r), (-r, k), (-r, 0), (-r, -k), (-k, -r), (0, -r), (k, -r), (r, -k), (r, 0)]
    if clockwise:
        points = [(px, -py) for px, py in points]
    points = [(x + px, y + py) for px, py in points]
    pen.moveTo(points[0])
    for i in range(1, 13, 3):
        pen.curveTo(*points[i : i + 3])
    pen.closePath()


def draw(name):
    pen = T2CharStringPen(1000, None)
    if name == "O":
        ring(pen, 350, False)
        ring(pen, 250, True)
    elif name in (".notdef", "I"):
        pen.moveTo((400, 0))
        for point in [(600, 0), (600, 700), (400, 700)]:
            pen.lineTo(point)
        pen.closePath()
    return pen.getCharString()


order = [".notdef", "space", "I", "O"]
font = FontBuilder(1000, isTTF=False)
font.setupGlyphOrder(order)
font.setupCharacterMap({0x20: "space", 0x49: "I", 0x4F: "O"})
font.setupCFF("SuncodeCubic", {"FullName": "Suncode Cubic"}, {name: draw(name) for name in order}, {})
font.setupHorizontalMetrics({name: (1000, 0) for name in order})
font.setupHorizontalHeader(ascent=800, descent=-200)
font.setupNameTable({"familyName": "Suncode Cubic", "styleName": "Regular", "fullName": "Suncode Cubic", "psName": "SuncodeCubic"})
font.setupOS2(sCapHeight=700)
font.setupPost()
font.save("cubic.otf")
