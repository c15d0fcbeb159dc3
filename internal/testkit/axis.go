package testkit

import "image"

// Axis is one way a picture goes bad, by degrees.
type Axis struct {
	// Name says what is damaged, Unit what a level counts.
	Name, Unit string
	// Levels are those that are tried, mild to hard.
	Levels []float64
	// Least and Aim are the levels at which nine of ten pictures are to be read. Zero: there is no such bar.
	Least, Aim float64
	// Mild is the level at which pictures of real codes are to be read.
	Mild float64

	// set makes a scene of a level. Trials are counted from 0.
	set func(s *Scene, level float64, trial int)
}

// Margin is the ground around a code of CodePx before it is damaged, in pixels: six modules of a QR code of the same size.
const Margin = 40

// Scene is the scene of a level: the trial chooses what is random.
func (a *Axis) Scene(level float64, trial int) Scene {
	s := Scene{Seed: uint64(trial)}
	a.set(&s, level, trial)
	return s
}

// Picture damages a drawing CodePx wide, on a margin of its ground.
func (a *Axis) Picture(drawing *image.Gray, level float64, trial int) image.Image {
	s := a.Scene(level, trial)
	return s.Take(OnMargin(drawing, Margin))
}

// Axes are the ways a picture goes bad. The last two have no bar: exposure has its own limits, where the ground or the
// lines are cut off, and a photograph has all there is at once.
var Axes = []Axis{
	{
		Name: "size", Unit: "px edge", Least: 80, Aim: 58, Mild: 120,
		Levels: []float64{140, 100, 90, 80, 72, 64, 58, 54, 50},
		set:    func(s *Scene, level float64, _ int) { s.EdgePx = level },
	},
	{
		Name: "blur", Unit: "σ px", Least: 2.2, Aim: 2.75, Mild: 1,
		Levels: []float64{1, 1.5, 2, 2.2, 2.5, 2.75, 3, 3.25, 3.5},
		set:    func(s *Scene, level float64, _ int) { s.BlurPx = level },
	},
	{
		Name: "tilt", Unit: "degrees", Least: 65, Aim: 75, Mild: 40,
		Levels: []float64{30, 45, 55, 60, 65, 70, 75, 78},
		set:    func(s *Scene, level float64, _ int) { s.TiltDegrees, s.Textured = level, true },
	},
	{
		Name: "noise", Unit: "σ of 255", Least: 60, Aim: 100, Mild: 20,
		Levels: []float64{20, 40, 60, 80, 100, 120, 150, 200},
		set:    func(s *Scene, level float64, _ int) { s.NoiseSigma = level },
	},
	{
		Name: "JPEG", Unit: "quality", Least: 5, Aim: 1, Mild: 20,
		Levels: []float64{30, 10, 5, 3, 1},
		set:    func(s *Scene, level float64, _ int) { s.Quality = int(level) },
	},
	{
		Name: "rotation", Unit: "degrees", Least: 340, Aim: 340, Mild: 20,
		Levels: []float64{0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300, 320, 340},
		set:    func(s *Scene, level float64, trial int) { s.TurnDegrees = level + float64(trial%20) },
	},
	{
		Name: "contrast", Unit: "share left", Least: 0.06, Aim: 0.02, Mild: 0.3,
		Levels: []float64{0.3, 0.1, 0.06, 0.04, 0.03, 0.02},
		set:    func(s *Scene, level float64, _ int) { s.ContrastLeft = level },
	},
	{
		Name: "shadow", Unit: "light lost", Least: 0.75, Aim: 0.9, Mild: 0.4,
		Levels: []float64{0.3, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98},
		set:    func(s *Scene, level float64, _ int) { s.ShadowLost = level },
	},
	{
		Name: "disc", Unit: "share of the square", Least: 0.04, Aim: 0.08, Mild: 0.01,
		Levels: []float64{0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2},
		set:    func(s *Scene, level float64, _ int) { s.DiscShare = level },
	},
	{
		Name: "centre", Unit: "share of the square", Least: 0.14, Aim: 0.15, Mild: 0.12,
		Levels: []float64{0.08, 0.12, 0.14, 0.15, 0.16, 0.18, 0.2, 0.22},
		set:    func(s *Scene, level float64, _ int) { s.CentreShare = level },
	},
	{
		Name: "edge strip", Unit: "share of the square", Least: 0.08, Aim: 0.12, Mild: 0.03,
		Levels: []float64{0.04, 0.08, 0.1, 0.12, 0.15, 0.18, 0.22, 0.26},
		set:    func(s *Scene, level float64, _ int) { s.StripShare = level },
	},
	{
		Name: "marks", Unit: "hidden of 4", Least: 1, Aim: 1,
		Levels: []float64{1, 2, 3},
		set:    func(s *Scene, level float64, _ int) { s.MarksHidden = int(level) },
	},
	{
		Name: "motion", Unit: "px", Least: 7, Aim: 9, Mild: 3,
		Levels: []float64{3, 5, 7, 9, 11, 13},
		set:    func(s *Scene, level float64, _ int) { s.MotionPx = level },
	},
	{
		Name: "glare", Unit: "diameter / edge", Least: 0.15, Aim: 0.25, Mild: 0.1,
		Levels: []float64{0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5},
		set:    func(s *Scene, level float64, _ int) { s.GlareEdge = level },
	},
	{
		Name: "light on dark", Unit: "share of contrast left", Least: 1, Aim: 1, Mild: 1,
		Levels: []float64{1, 0.3, 0.1, 0.06, 0.04, 0.02},
		set:    func(s *Scene, level float64, _ int) { s.Inverted, s.ContrastLeft = true, level },
	},
	{
		Name: "colours", Unit: "difference of 255", Least: 48, Aim: 48,
		Levels: []float64{128, 96, 64, 48, 32, 24, 16, 8},
		set:    func(s *Scene, level float64, _ int) { s.ColourStep = level },
	},
	{
		Name: "exposure", Unit: "stops off", Mild: 1,
		Levels: []float64{1, 2, 3, 4, 5},
		set: func(s *Scene, level float64, trial int) {
			s.Stops, s.NoiseSigma = level, 2
			if trial%2 == 1 {
				s.Stops = -level
			}
		},
	},
	{
		Name: "photograph", Unit: "steps of everything", Mild: 1,
		Levels: []float64{1, 2, 3, 4, 5, 6},
		set:    photograph,
	},
}

// photograph is a picture by hand: each step adds as much of everything, about a tenth of what reading bears of one.
func photograph(s *Scene, level float64, trial int) {
	*s = Scene{
		Seed:         s.Seed,
		ContrastLeft: 1 - 0.12*level,
		ShadowLost:   0.08 * level,
		GlareEdge:    0.02 * level,
		Textured:     true,
		TiltDegrees:  7 * level,
		TurnDegrees:  float64(37 * trial % 360),
		EdgePx:       CodePx - 20*level,
		BlurPx:       0.25 * level,
		MotionPx:     0.8 * level,
		Stops:        0.2 * level,
		NoiseSigma:   4 * level,
		Quality:      int(95 - 12*level),
	}
	if trial%2 == 1 {
		s.Stops = -s.Stops
	}
}
