package scan

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"
	"time"

	"github.com/suncode/suncode"
)

// Result is a code found in a picture.
type Result struct {
	// Symbol is the code's cells after correction.
	Symbol suncode.Symbol
	// Payload is what the symbol carries.
	Payload suncode.Payload
	// Corrected is the number of codewords that had to be corrected, erasures included.
	Corrected int
	// Corners are those of the square around the code, 54 pitches wide, in pixels: top left, top right, bottom right
	// and bottom left as seen when the badge is at the bottom right.
	Corners [4]Point
}

// Text is the text of an alphanumeric payload, as real codes carry it; ok is false for other payloads.
func (r *Result) Text() (text string, ok bool) {
	return string(r.Payload.Data), r.Payload.Mode == suncode.Alphanumeric
}

// Ticket is the bytes of a bytes payload, as Suncode's own codes carry it; ok is false for other payloads. Package
// ticket opens it.
func (r *Result) Ticket() (raw []byte, ok bool) {
	return r.Payload.Data, r.Payload.Mode == suncode.Bytes
}

// Options bound a scan. The zero value is right for still pictures.
type Options struct {
	// Max is the number of codes after which the search ends; 0 means all of them.
	Max int
	// Quick looks only once, at the luma, and passes over what is not clear: contrasts below 24 of 255, eyes that are
	// partly hidden, less than 1.5 pixels per pitch, or a view from more than about 50 degrees aside. It is for the
	// frames of a camera, where another one follows soon. Otherwise a picture in which nothing is found is looked at
	// harder and harder.
	Quick bool
	// Stop, if there is one, is asked every few milliseconds, some tens at most, whether the search is to end with what
	// it has found.
	Stop func() bool
	// Trace, if there is one, is filled with what the search saw.
	Trace *Trace
}

// Find looks for codes in a picture and reads them, in any number, at any rotation and any size from about 1.2 pixels
// per pitch, dark on light or light on dark, in any colours that differ. Transparent parts count as white. Results come
// in rows from the top, each from left to right. A picture without codes gives none.
func Find(img image.Image, o Options) []Result {
	var s Scanner
	return s.Find(img, o)
}

// FindContext is Find within a time: when ctx is done, it returns what was found until then. A deadline holds even where
// timers do not run meanwhile, as in a browser.
func FindContext(ctx context.Context, img image.Image, o Options) []Result {
	var s Scanner
	return s.FindContext(ctx, img, o)
}

// Scanner is Find that keeps its memory for the next picture: nothing is allocated for a picture no larger than an
// earlier one, but the payloads of the codes in it. Its memory is about 1.5 bytes a pixel of the largest picture, and
// up to 14 million bytes for looking harder. It is not safe for concurrent use, and its results are good until its next
// call.
type Scanner struct {
	levels  []plane // the picture at full, half, quarter … size
	depth   int     // how many of them are of this picture
	channel channel // and of which channel
	doubled plane
	t       thresholds
	finder  eyeFinder
	matcher matcher
	reader  reader
	out     []Result
	results []found
	surest  [][]eye // at each level of the luma
	tried   []frame
	options Options
}

// found is a result with its pose, in a plane at first and then in the picture.
type found struct {
	Result
	pose
}

// view is a plane to look at, with what takes its points to the picture's.
type view struct {
	*plane
	back   pose
	halved bool // half its size is looked at too
}

// scaled is a view of a plane whose pixels are so many pixels of the picture wide.
func scaled(p *plane, by float64) view { return view{plane: p, back: pose{a: by, e: by}} }

// pass is one way of looking at a picture.
type pass struct {
	channel channel
	method  method
}

// method is a way of looking for eyes.
type method int

const (
	hasty     method = iota // three by their sections, at every level of detail, clear and nearly from the front
	pale                    // the same once more, for small eyes, whose dots are pale
	sections                // the same, however faint or slanting
	paired                  // two of those just found, where the third may be hidden
	doubled                 // by their sections in twice the size, for codes of few pixels
	stretched               // by their sections in a picture stretched in some direction, for codes seen from the side
	matching                // by comparison with a drawing of an eye
)

// passes is the order in which a picture is looked at, until something is found; the first is enough for most.
var passes = [...]pass{
	{luma, hasty},
	{luma, pale},
	{luma, sections},
	{luma, paired},
	{red, sections},
	{green, sections},
	{blue, sections},
	{opacity, sections},
	{luma, doubled},
	{luma, stretched},
	{luma, matching},
}

// maxDoubledPx is the most pixels of a picture that is looked at in twice its size.
const maxDoubledPx = 1 << 20

// FindContext is the function FindContext.
func (s *Scanner) FindContext(ctx context.Context, img image.Image, o Options) []Result {
	deadline, timed := ctx.Deadline()
	if ctx.Done() == nil && !timed {
		return s.Find(img, o)
	}
	stop := o.Stop
	o.Stop = func() bool {
		return ctx.Err() != nil || timed && time.Now().After(deadline) || stop != nil && stop()
	}
	return s.Find(img, o)
}

// Find is the function Find.
func (s *Scanner) Find(img image.Image, o Options) []Result {
	s.results, s.depth = s.results[:0], 0
	s.options, s.reader.trace = o, o.Trace
	if img.Bounds().Dx() < minEdgePx || img.Bounds().Dy() < minEdgePx {
		return nil
	}
	for _, pass := range passes {
		s.look(img, pass)
		if o.Quick || s.enough() || len(s.results) > 0 && (pass.method > pale || !s.leftOver()) {
			break
		}
	}
	s.order()
	s.out = s.out[:0]
	for i := range s.results {
		s.out = append(s.out, s.results[i].Result)
	}
	return s.out
}

// minEdgePx is the least edge of a picture that can hold a code.
const minEdgePx = 48

// enough reports whether the search is to end: as many codes as wanted, or no more time.
func (s *Scanner) enough() bool {
	if s.options.Max > 0 && len(s.results) >= s.options.Max {
		return true
	}
	return s.options.Stop != nil && s.options.Stop()
}

// leftOver reports whether the first look saw eyes that belong to none of the codes it read: there may be more codes.
func (s *Scanner) leftOver() bool {
	const least = 2
	eyes := 0
	for level := range s.depth {
		back := s.level(level).back
		for _, e := range s.surest[level] {
			if !s.within(back.point(e.x, e.y)) {
				eyes++
			}
		}
	}
	return eyes >= least
}

// within reports whether a point of the picture lies in the square of a code that was read.
func (s *Scanner) within(p Point) bool {
	for i := range s.results {
		old := &s.results[i]
		if p.distance(old.point(0, 0)) < suncode.EdgePitches/math.Sqrt2*old.pitch() {
			return true
		}
	}
	return false
}

// load fills the levels with a channel, unless the pass before did. It reports whether the channel says anything.
func (s *Scanner) load(img image.Image, c channel) bool {
	if s.depth > 0 && s.channel == c {
		return true
	}
	if len(s.levels) == 0 {
		s.levels = make([]plane, 1)
	}
	s.depth = 0
	if !s.levels[0].fill(img, c) {
		return false
	}
	s.channel, s.depth = c, s.pyramid()
	return true
}

// look is one pass over a picture at every level of detail.
func (s *Scanner) look(img image.Image, pass pass) {
	if !s.load(img, pass.channel) {
		return
	}
	switch pass.method {
	case hasty, sections, pale:
		for level := s.depth - 1; level >= 0 && !s.enough(); level-- {
			s.search(s.level(level), pass.method)
			if pass.channel == luma {
				s.keep(level)
			}
		}
	case paired:
		for level := s.depth - 1; level >= 0 && !s.enough(); level-- {
			v := s.level(level)
			s.tried = pairs(v.plane, s.surest[level], s.tried[:0])
			s.readFrames(v)
		}
	case doubled:
		if s.double() {
			s.search(scaled(&s.doubled, 0.5), sections)
		}
	case stretched:
		s.stretch()
	case matching:
		s.match()
	}
}

// level is a view of the picture in one of its sizes.
func (s *Scanner) level(i int) view {
	v := scaled(&s.levels[i], float64(int(1)<<i))
	v.halved = i < s.depth-1
	return v
}

// keep remembers a level's surest eyes for the pass after this one.
func (s *Scanner) keep(level int) {
	for len(s.surest) <= level {
		s.surest = append(s.surest, nil)
	}
	s.surest[level] = append(s.surest[level][:0], s.finder.eyes[:min(len(s.finder.eyes), maxPairEyes)]...)
}

// double makes the picture of twice the size unless that would be large.
func (s *Scanner) double() bool {
	if s.levels[0].w*s.levels[0].h > maxDoubledPx {
		return false
	}
	s.doubled.double(&s.levels[0])
	return true
}

// stretch looks at pictures that are stretched in one direction or another, until something is found: of one size, and
// of half of it for large codes.
func (s *Scanner) stretch() {
	finest := 0
	for finest < s.depth-1 && s.levels[finest].w*s.levels[finest].h > maxStretchedPx {
		finest++
	}
	for level := min(finest+1, s.depth-1); level >= finest; level-- {
		v := s.level(level)
		for i := 0; i < stretches && len(s.results) == 0 && !s.enough(); i++ {
			back := s.doubled.stretch(v.plane, float64(i)*math.Pi/stretches)
			s.search(view{plane: &s.doubled, back: v.back.after(back)}, stretched)
		}
	}
}

// match compares the picture with a drawing of an eye: doubled when that is still small, else halved until it is.
func (s *Scanner) match() {
	v := s.level(0)
	for level := 1; level < s.depth && v.w*v.h > maxMatchPx; level++ {
		v = s.level(level)
	}
	if 4*v.w*v.h <= maxMatchPx && s.double() {
		v = scaled(&s.doubled, 0.5)
	}
	eyes := s.matcher.find(v.plane, s.enough)
	s.options.Trace.addEyes(v, eyes)
	s.tried = thoroughly.triples(eyes, s.tried[:0])
	for i := range s.tried {
		f := &s.tried[i]
		f.contrast, f.g, f.h = 0, 0, 0 // a correlation says nothing of brightness, and little of size
	}
	s.readFrames(v)
}

// pyramid halves levels[0] until a code of the whole size would have small eyes.
func (s *Scanner) pyramid() int {
	depth := 1
	for min(s.levels[depth-1].w, s.levels[depth-1].h) >= 2*6*suncode.EdgePitches {
		if len(s.levels) == depth {
			s.levels = append(s.levels, plane{})
		}
		s.levels[depth].halve(&s.levels[depth-1])
		depth++
	}
	return depth
}

// search looks for eyes in a view and reads the codes they belong to.
func (s *Scanner) search(v view, m method) {
	least, percent := minContrast, half
	quick := m <= pale
	if quick {
		least = hastyContrast
	}
	if m == pale || m == stretched {
		percent = high
	}
	s.t.measure(v.plane, least, percent)
	s.finder.hasty, s.finder.halved = quick, v.halved
	s.finder.p, s.finder.t, s.finder.stop = v.plane, &s.t, s.options.Stop
	s.finder.find(2)
	s.finder.rank()
	s.options.Trace.addEyes(v, s.finder.eyes)
	if quick {
		s.tried = hastily.triples(s.finder.eyes, s.tried[:0])
		s.readBest(v)
		return
	}
	s.tried = thoroughly.triples(s.finder.eyes, s.tried[:0])
	s.readFrames(v)
}

// readFrames reads what stands in the frames of a view.
func (s *Scanner) readFrames(v view) {
	s.reader.back = v.back
	for i := range s.tried {
		if s.enough() {
			return
		}
		if s.taken(&s.tried[i], v) {
			continue
		}
		if r, ok := s.tried[i].read(v.plane, &s.reader); ok {
			s.add(r, v)
		}
	}
}

// maxFailures is how many frames the first look reads in vain, in a plane of failurePx pixels for each of them or more.
const maxFailures, failurePx = 4, 200_000

// readBest reads the frames of a view whose rings look most like a code's, until too many were none.
func (s *Scanner) readBest(v view) {
	s.reader.back = v.back
	for i := range s.tried {
		f := &s.tried[i]
		_, fit := f.start(v.plane, someMarks)
		f.cost = -fit
	}
	s.tried = best(s.tried, len(s.tried))
	failures, most := 0, min(1+v.w*v.h/failurePx, maxFailures)
	for i := range s.tried {
		f := &s.tried[i]
		if failures == most || -f.cost < hopeless/2*f.contrast || s.enough() {
			return
		}
		if s.taken(f, v) {
			continue
		}
		s.finder.refine(f)
		if r, ok := f.readHasty(v.plane, &s.reader, failures == 0); ok {
			s.add(r, v)
		} else {
			failures++
		}
	}
}

// add puts a result into the picture, unless it was found before.
func (s *Scanner) add(r found, v view) {
	r.pose = v.back.after(r.pose)
	middle := r.point(0, 0)
	for i := range s.results {
		old := &s.results[i]
		if old.Symbol == r.Symbol && middle.distance(old.point(0, 0)) < suncode.CodeRadius*old.pitch() {
			return
		}
	}
	r.Corners = r.corners()
	s.results = append(s.results, r)
}

// taken reports whether a frame lies where a code of about its size was read. A code in another one's logo is smaller.
func (s *Scanner) taken(f *frame, v view) bool {
	const slack = 1.6
	middle := v.back.point(f.middle())
	pitch := v.back.pitch() * f.pitch
	for i := range s.results {
		old := &s.results[i]
		near := middle.distance(old.point(0, 0)) < suncode.CodeRadius*old.pitch()
		if near && pitch < slack*old.pitch() && old.pitch() < slack*pitch {
			return true
		}
	}
	return false
}

// order sorts the results as one reads: in rows from the top, each from the left. Codes whose middles differ less in
// height than the row's first code is high, by half, stand in one row.
func (s *Scanner) order() {
	slices.SortFunc(s.results, func(a, b found) int { return cmp.Compare(a.point(0, 0).Y, b.point(0, 0).Y) })
	for rest := s.results; len(rest) > 0; {
		end := 1
		below := rest[0].point(0, 0).Y + suncode.CodeRadius/2*rest[0].pitch()
		for end < len(rest) && rest[end].point(0, 0).Y < below {
			end++
		}
		slices.SortFunc(rest[:end], func(a, b found) int { return cmp.Compare(a.point(0, 0).X, b.point(0, 0).X) })
		rest = rest[end:]
	}
}
