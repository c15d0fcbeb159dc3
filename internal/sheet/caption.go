package sheet

// Bounds of captions.
const (
	MaxCaption   = 200  // characters
	MinCaptionMM = 1.4  // type size: 4 points, below which print breaks up
	MaxCaptionMM = 50.0 // type size
)
