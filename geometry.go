package suncode

// The geometry of SPEC.md 3. The unit is the pitch p: the picture's edge / EdgePitches, the diameter of a dot. Angles
// are degrees clockwise from 3 o'clock with y pointing down; distances are from the picture's middle. All figures were
// measured on pictures of real codes.
const (
	// EdgePitches is the picture's edge in pitches.
	EdgePitches = 54
	// CodeRadius is the outer end of the rays: a margin of one pitch stays free around it.
	CodeRadius = 26.0
	// RaySlots is the number of directions a ray can have, 5 degrees apart.
	RaySlots = 72
	// Radii is the number of places along a ray, k = 0 (innermost) to 12.
	Radii = 13
	// FirstRadius is the distance of the places k = 0; the next ones follow one pitch apart.
	FirstRadius = 13.5

	// LogoRadius is the radius of the disc in the middle.
	LogoRadius = 12.0
	// EyeDistance is how far the three eyes' centres lie out.
	EyeDistance = 22.5
	// EyeDotRadius, EyeGapRadius and EyeRingRadius bound an eye's dot, the ground around it, and the ring.
	EyeDotRadius  = 0.5
	EyeGapRadius  = 1.7
	EyeRingRadius = 2.5
	// BadgeDistance is how far the badge's centre lies out, at BadgeAngle.
	BadgeDistance = 23.0
	// BadgeRadius is the radius of the badge's disc.
	BadgeRadius = 5.0
	// BadgeAngle is the badge's direction: bottom right.
	BadgeAngle = 45.0
)

// EyeAngles are the directions of the eyes: bottom left, top left, top right.
var EyeAngles = [3]float64{135, 225, 315}

// RayAngle is the direction of a ray, 0 <= ray < RaySlots: ray 0 lies at 9 o'clock, the others follow clockwise.
func RayAngle(ray int) float64 { return 180 + 5*float64(ray) }
