package render_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
)

func ExamplePNG() {
	symbol, err := suncode.EncodeBytes([]byte("a ticket"))
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	err = render.PNG(&file, &symbol, render.Options{
		WidthPx:     600,
		Line:        color.NRGBA{R: 0x23, G: 0x50, B: 0x8f, A: 0xff},
		Transparent: true,
		Logo:        render.DefaultLogo("Tea House"),
	})
	if err != nil {
		panic(err)
	}
	picture, err := png.Decode(&file)
	if err != nil {
		panic(err)
	}
	fmt.Println(picture.Bounds())
	// Output: (0,0)-(600,600)
}
