package scan

import "github.com/suncode/suncode"

// maxTraced is how many eyes and how many frames a Trace keeps.
const maxTraced = 4096

// Trace is what a search saw, for people who wonder why a code was read or was not. All places are in pixels of the
// picture.
type Trace struct {
	// Eyes are the places that looked like eyes, in the order they were met.
	Eyes []TracedEye
	// Frames are the attempts to read a code.
	Frames []TracedFrame
}

// TracedEye is a place that looked like an eye.
type TracedEye struct {
	At Point
	// Pitch is the pitch of the code it would belong to.
	Pitch float64
}

// TracedFrame is an attempt to read a code in one pose.
type TracedFrame struct {
	// Read tells whether a code was read.
	Read bool
	// Corners are those of the square around the code, as in Result.
	Corners [4]Point
	// Cells are the places of the grid, [ray][k], as measured.
	Cells [suncode.RaySlots][suncode.Radii]TracedCell
}

// TracedCell is a place of the grid as it was measured.
type TracedCell struct {
	At Point
	// Value is how dark it is: about +1/2 for a dot, -1/2 for the ground, 0 for what could not be told.
	Value float64
	// Corrected tells that a code was read in which the cell is not what Value says.
	Corrected bool
}

func (t *Trace) addEyes(v view, eyes []eye) {
	if t == nil {
		return
	}
	for _, e := range eyes[:min(len(eyes), maxTraced-len(t.Eyes))] {
		t.Eyes = append(t.Eyes, TracedEye{v.back.point(e.x, e.y), e.pitch * v.back.pitch()})
	}
}

func (t *Trace) addFrame(m pose, values *soft, got reading, read bool) {
	if len(t.Frames) == maxTraced {
		return
	}
	f := TracedFrame{Read: read, Corners: m.corners()}
	for ray := range f.Cells {
		for k := range f.Cells[ray] {
			at := polar(suncode.FirstRadius+float64(k), float64(ray), false)
			c := TracedCell{At: m.point(at.u, at.v), Value: values[ray][k]}
			if read && suncode.Plan(got.symbol.Level.Rays())[ray][k].Kind == suncode.Data {
				c.Corrected = got.symbol.Dark(ray, k) != (c.Value > 0)
			}
			f.Cells[ray][k] = c
		}
	}
	t.Frames = append(t.Frames, f)
}
