package batch

// Vector is how an SVG or PDF is set for print. The zero value has its
// defaults.
type Vector struct {
	WidthMM float64 `json:"width_mm,omitempty"`
	BleedMM float64 `json:"bleed_mm,omitempty"`
	QuietMM float64 `json:"quiet_mm,omitempty"`
	Caption string  `json:"caption,omitempty"`
}

func (v Vector) validate(Format) error { return nil }
