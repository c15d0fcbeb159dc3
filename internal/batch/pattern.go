package batch

import (
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/suncode/suncode/ticket"
)

// pattern is a text with ranges: id={1..1000}, t{01..20}s{1..40}. The last
// range runs fastest.
type pattern struct {
	parts []patternPart
	total int64
}

// patternPart is a text, or a range when count is not 0.
type patternPart struct {
	text         string
	first, count uint64
	digits       int // at least so many
}

// maxRanges bounds a pattern.
const maxRanges = 8

// parsePattern reads a pattern. Errors are [*SpecError].
func parsePattern(text string) (*pattern, error) {
	if len(text) > 1000 {
		return nil, badSpec("pattern", "longer than 1000 bytes")
	}
	p := &pattern{}
	total, ranges := uint64(1), 0
	for text != "" {
		before, after, open := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, badSpec("pattern", "a } without a {")
		}
		if before != "" {
			p.parts = append(p.parts, patternPart{text: before})
		}
		if !open {
			break
		}
		inside, rest, closed := strings.Cut(after, "}")
		if !closed {
			return nil, badSpec("pattern", "{%s has no end", clip(inside))
		}
		part, err := parseRange(inside)
		if err != nil {
			return nil, err
		}
		high, low := bits.Mul64(total, part.count)
		if high != 0 || low > math.MaxInt64 {
			return nil, badSpec("pattern", "more than %d scenes", math.MaxInt64)
		}
		p.parts = append(p.parts, part)
		total, text, ranges = low, rest, ranges+1
	}
	if ranges == 0 || ranges > maxRanges {
		return nil, badSpec("pattern", "%d ranges, it needs 1 to %d, as in id={1..1000}", ranges, maxRanges)
	}
	p.total = int64(total)
	return p, nil
}

// parseRange reads 1..1000 or 0001..1000, whose numbers have as many digits as
// the longer end when one of them begins with 0.
func parseRange(inside string) (patternPart, error) {
	from, to, ok := strings.Cut(inside, "..")
	first, errFirst := strconv.ParseUint(from, 10, 63)
	last, errLast := strconv.ParseUint(to, 10, 63)
	if !ok || errFirst != nil || errLast != nil || strings.ContainsAny(inside, "+-_") || len(inside) > 2*ticket.MaxScene {
		return patternPart{}, badSpec("pattern", "{%s} is no range such as {1..1000} or {0001..1000}", clip(inside))
	}
	if last < first {
		return patternPart{}, badSpec("pattern", "{%s} ends before it begins", clip(inside))
	}
	p := patternPart{first: first, count: last - first + 1}
	if padded(from) || padded(to) {
		p.digits = max(len(from), len(to))
	}
	return p, nil
}

func padded(number string) bool { return len(number) > 1 && number[0] == '0' }

// ranges is how many ranges the pattern has.
func (p *pattern) ranges() int {
	n := 0
	for i := range p.parts {
		if p.parts[i].count > 0 {
			n++
		}
	}
	return n
}

// at appends the scene with a number from 0 to total-1.
func (p *pattern) at(dst []byte, index int64) []byte {
	var numbers [maxRanges]uint64
	rest, n := uint64(index), 0
	for i := len(p.parts) - 1; i >= 0; i-- {
		if part := &p.parts[i]; part.count > 0 {
			numbers[n] = part.first + rest%part.count
			rest /= part.count
			n++
		}
	}
	for i := range p.parts {
		part := &p.parts[i]
		if part.count == 0 {
			dst = append(dst, part.text...)
			continue
		}
		n--
		var digits [20]byte
		text := strconv.AppendUint(digits[:0], numbers[n], 10)
		for range part.digits - len(text) {
			dst = append(dst, '0')
		}
		dst = append(dst, text...)
	}
	return dst
}

// counted is a source whose rows follow from their numbers.
type counted struct {
	scene func(dst []byte, index int64) []byte
	total int64
	next  int64
	look  Look
	room  []byte
}

func newCounted(s *Spec) (*counted, error) {
	if s.Form == RandomIDs {
		if err := s.Random.validate(); err != nil {
			return nil, err
		}
		return &counted{scene: newIDs(&s.Random).at, total: s.Random.Count, look: s.Look}, nil
	}
	p, err := parsePattern(s.Pattern)
	if err != nil {
		return nil, err
	}
	return &counted{scene: p.at, total: p.total, look: s.Look}, nil
}

// Next implements source.
func (c *counted) Next(r *Row) error {
	if c.next >= c.total {
		return io.EOF
	}
	c.room = c.scene(c.room[:0], c.next)
	c.next++
	*r = Row{Number: c.next, Scene: string(c.room), Look: c.look}
	return nil
}

func (c *counted) skip(rows int64) { c.next = rows }
