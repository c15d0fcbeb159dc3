package scan_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// TestRobustnessCurve prints how reading fails by degrees; CURVE=1 runs it.
func TestRobustnessCurve(t *testing.T) {
	if os.Getenv("CURVE") == "" {
		t.Skip("CURVE not set")
	}
	var samples []sample
	r := rand.New(rand.NewPCG(20, 20))
	for range 20 {
		samples = append(samples, makeCode(t, r, suncode.Level36H, render.Options{WidthPx: 280, Logo: render.DefaultLogo("robust")}))
	}
	only := os.Getenv("AXIS")
	for _, axis := range testkit.Axes {
		if only != "" && !strings.Contains(only, axis.Name) {
			continue
		}
		var line strings.Builder
		fmt.Fprintf(&line, "%-9s", axis.Name)
		for _, sev := range axis.Severities {
			n := 0
			for i, s := range samples {
				img := axis.Damage(s.img, sev, uint64(i))
				for _, got := range scan.Find(img, scan.Options{}) {
					if string(got.Payload.Data) == s.payload {
						n++
					} else {
						t.Errorf("WRONG READ %s %v", axis.Name, sev)
					}
				}
			}
			fmt.Fprintf(&line, " %v:%d%%", sev, n*5)
		}
		t.Log(line.String())
	}
}
