package testkit

import (
	"fmt"
	"image"
	"image/draw"
	"math/rand/v2"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/ticket"
)

// Code is a drawn code and what it carries.
type Code struct {
	Symbol  suncode.Symbol
	Ticket  []byte
	Picture *image.Gray
}

// NewCode draws a ticket with a scene of 12 random characters, CodePx wide, with a logo, in grey. It has 36 rays (and then the
// level and mask that an issued code has), 54 or 72 (with a random mask).
func NewCode(rays int, seed uint64) (Code, error) {
	r := rand.New(rand.NewPCG(seed, uint64(rays)))
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789=-"
	scene := make([]byte, 12)
	for i := range scene {
		scene[i] = letters[r.IntN(len(letters))]
	}
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(r.Uint32())
	}
	raw, err := ticket.Make(ticket.Ticket{App: 1 + r.Uint64N(100), Page: r.Uint64N(20), Key: 1, Scene: string(scene)}, key)
	if err != nil {
		return Code{}, err
	}
	c := Code{Ticket: raw}
	if c.Symbol, err = encode(raw, rays, r); err != nil {
		return Code{}, err
	}
	drawing, err := render.Draw(&c.Symbol, render.Options{WidthPx: CodePx, Logo: render.DefaultLogo(string(scene))})
	if err != nil {
		return Code{}, err
	}
	c.Picture = image.NewGray(drawing.Rect)
	draw.Draw(c.Picture, c.Picture.Rect, drawing, image.Point{}, draw.Src)
	return c, nil
}

func encode(raw []byte, rays int, r *rand.Rand) (suncode.Symbol, error) {
	masks := suncode.Masks(rays)
	switch rays {
	case suncode.Level36H.Rays():
		return suncode.EncodeBytes(raw)
	case suncode.Level54.Rays():
		return suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: raw}, suncode.Level54, masks[r.IntN(len(masks))])
	case suncode.Level72.Rays():
		return suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: raw}, suncode.Level72, masks[r.IntN(len(masks))])
	}
	return suncode.Symbol{}, fmt.Errorf("no code has %d rays", rays)
}

// OnMargin puts a drawing on a margin of its ground, in pixels, and tells where on it the drawing is.
func OnMargin(img *image.Gray, margin int) (*image.Gray, image.Rectangle) {
	code := image.Rectangle{Max: img.Rect.Size()}.Add(image.Pt(margin, margin))
	out := image.NewGray(image.Rectangle{Max: code.Max.Add(image.Pt(margin, margin))})
	draw.Draw(out, out.Rect, image.NewUniform(img.At(img.Rect.Min.X, img.Rect.Min.Y)), image.Point{}, draw.Src)
	draw.Draw(out, code, img, img.Rect.Min, draw.Src)
	return out, code
}
