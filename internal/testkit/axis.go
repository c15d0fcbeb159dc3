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
		"size", "px edge", []float64{140, 100, 90, 80, 72, 64, 58, 54, 50}, 80, 58, 120,
		func(s *Scene, level float64, _ int) { s.EdgePx = level },
	},
	{
		"blur", "σ px", []float64{1, 1.5, 2, 2.2, 2.5, 2.75, 3, 3.25, 3.5}, 2.2, 2.75, 1,
		func(s *Scene, level float64, _ int) { s.BlurPx = level },
	},
	{
		"tilt", "degrees", []float64{30, 45, 55, 60, 65, 70, 75, 78}, 65, 75, 40,
		func(s *Scene, level float64, _ int) { s.TiltDegrees, s.Textured = level, true },
	},
	{
		"noise", "σ of 255", []float64{20, 40, 60, 80, 100, 120, 150}, 60, 100, 20,
		func(s *Scene, level float64, _ int) { s.NoiseSigma = level },
	},
	{
		"JPEG", "quality", []float64{30, 10, 5, 3, 1}, 5, 1, 20,
		func(s *Scene, level float64, _ int) { s.Quality = int(level) },
	},
	{
		"rotation", "degrees", []float64{0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300, 320, 340}, 340, 340, 20,
		func(s *Scene, level float64, trial int) { s.TurnDegrees = level + float64(trial%20) },
	},
	{
		"contrast", "share left", []float64{0.3, 0.1, 0.06, 0.04, 0.03, 0.02}, 0.06, 0.02, 0.3,
		func(s *Scene, level float64, _ int) { s.ContrastLeft = level },
	},
	{
		"shadow", "light lost", []float64{0.3, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95}, 0.75, 0.9, 0.4,
		func(s *Scene, level float64, _ int) { s.ShadowLost = level },
	},
	{
		"disc", "share of the square", []float64{0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12}, 0.04, 0.08, 0.01,
		func(s *Scene, level float64, _ int) { s.DiscShare = level },
	},
	{
		"centre", "share of the square", []float64{0.08, 0.12, 0.14, 0.15, 0.16, 0.18}, 0.14, 0.15, 0.12,
		func(s *Scene, level float64, _ int) { s.CentreShare = level },
	},
	{
		"edge strip", "share of the square", []float64{0.04, 0.08, 0.1, 0.12, 0.15, 0.18}, 0.08, 0.12, 0.03,
		func(s *Scene, level float64, _ int) { s.StripShare = level },
	},
	{
		"marks", "hidden of 4", []float64{1, 2, 3}, 1, 1, 0,
		func(s *Scene, level float64, _ int) { s.MarksHidden = int(level) },
	},
	{
		"motion", "px", []float64{3, 5, 7, 9, 11, 13}, 7, 9, 3,
		func(s *Scene, level float64, _ int) { s.MotionPx = level },
	},
	{
		"glare", "diameter / edge", []float64{0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4}, 0.15, 0.25, 0.1,
		func(s *Scene, level float64, _ int) { s.GlareEdge = level },
	},
	{
		"light on dark", "share of contrast left", []float64{1, 0.3, 0.1, 0.06, 0.04}, 1, 1, 1,
		func(s *Scene, level float64, _ int) { s.Inverted, s.ContrastLeft = true, level },
	},
	{
		"colours", "difference of 255", []float64{128, 96, 64, 48, 32, 24, 16}, 48, 48, 0,
		func(s *Scene, level float64, _ int) { s.ColourStep = level },
	},
	{
		"exposure", "stops off", []float64{1, 2, 3, 3.5, 4}, 0, 0, 1,
		func(s *Scene, level float64, trial int) {
			s.Stops, s.NoiseSigma = level, 2
			if trial%2 == 1 {
				s.Stops = -level
			}
		},
	},
	{
		"photograph", "steps of everything", []float64{1, 2, 3, 4, 5, 6}, 0, 0, 1, photograph,
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
