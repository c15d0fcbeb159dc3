package qrcode

import (
	"context"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode/detector"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// Point is a place in a picture in pixels: x to the right, y down.
type Point struct{ X, Y float64 }

// Found is a QR code that was read.
type Found struct {
	Text string
	// Corners of the square of modules: left top, right top, right bottom, left bottom, as the code itself stands.
	Corners [4]Point
}

// maxEyes is how many finder patterns a picture may show. The search tries every three of them together, so that a
// picture full of them would keep it busy for hours. It is enough for twenty codes.
const maxEyes = 60

// stopped is what the search panics with when it has to end.
type stopped struct{}

// Find reads the QR codes in a picture, in no certain order. It finds nothing where there are more than sixty finder
// patterns, and once ctx is done.
//
// Finding and decoding are those of github.com/makiuchi-d/gozxing, ZXing's own in pure Go.
func Find(ctx context.Context, img image.Image) (found []Found) {
	defer func() {
		if v := recover(); v != nil {
			if _, ours := v.(stopped); !ours {
				panic(v)
			}
			found = nil
		}
	}()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return nil
	}
	matrix, err := bitmap.GetBlackMatrix()
	if err != nil {
		return nil
	}
	for _, grid := range grids(matrix, eyeCounter(ctx)) {
		decoded, err := decoder.NewDecoder().Decode(grid.GetBits(), nil)
		if err != nil {
			continue // three finder patterns of different codes, or too much damage
		}
		found = append(found, Found{Text: decoded.GetText(), Corners: corners(grid)})
	}
	return found
}

// grids are the squares that could be codes: those that the search for many codes finds, or where it is too strict
// for any, what the search for one does.
func grids(matrix *gozxing.BitMatrix, count gozxing.ResultPointCallback) []*common.DetectorResult {
	hints := map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: count,
		gozxing.DecodeHintType_TRY_HARDER:                 true,
	}
	many, err := multi.NewMultiDetector(matrix).DetectMulti(hints)
	if err == nil && len(many) > 0 {
		return many
	}
	one, err := detector.NewDetector(matrix).Detect(hints)
	if err != nil {
		return nil
	}
	return []*common.DetectorResult{one}
}

// eyeCounter ends the search when ctx is done or there are too many finder patterns.
func eyeCounter(ctx context.Context) gozxing.ResultPointCallback {
	eyes := 0
	return func(p gozxing.ResultPoint) {
		if _, eye := p.(*detector.FinderPattern); eye {
			eyes++
		}
		if eyes > 2*maxEyes || ctx.Err() != nil { // either search counts them
			panic(stopped{})
		}
	}
}

// corners goes from the middles of the three eyes, and of the alignment pattern where there is one, to the corners.
func corners(grid *common.DetectorResult) [4]Point {
	points := grid.GetPoints()
	modules := float64(grid.GetBits().GetWidth())
	far := modules - 3.5
	bottomLeft, topLeft, topRight := points[0], points[1], points[2]
	inner := far
	fourth := Point{topRight.GetX() - topLeft.GetX() + bottomLeft.GetX(), topRight.GetY() - topLeft.GetY() + bottomLeft.GetY()}
	if len(points) > 3 {
		inner, fourth = far-3, Point{points[3].GetX(), points[3].GetY()}
	}
	edges := []float64{0, 0, modules, 0, modules, modules, 0, modules}
	common.PerspectiveTransform_QuadrilateralToQuadrilateral(
		3.5, 3.5, far, 3.5, inner, inner, 3.5, far,
		topLeft.GetX(), topLeft.GetY(), topRight.GetX(), topRight.GetY(), fourth.X, fourth.Y, bottomLeft.GetX(), bottomLeft.GetY(),
	).TransformPoints(edges)
	var square [4]Point
	for i := range square {
		square[i] = Point{edges[2*i], edges[2*i+1]}
	}
	return square
}
