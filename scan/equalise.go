package scan

import (
	"math"

	"github.com/suncode/suncode"
)

// equalise takes out of s what blur has carried into each cell from its neighbours, as far as the cells that are decided
// already tell: every value is taken for a sum of the cell itself, its neighbours along the ray, its neighbours on the
// next rays and a constant, whose shares are fitted to all cells at once (least squares). The format word is that of the
// guess.
func (s *soft) equalise(guess formatGuess, out *soft) {
	const rounds = 3
	*out = *s
	var dark soft
	for range rounds {
		out.decide(guess, &dark)
		share, ok := s.fitShares(guess.level.Rays(), &dark)
		if !ok {
			return
		}
		plan := suncode.Plan(guess.level.Rays())
		for ray := range plan {
			for k, cell := range plan[ray] {
				if cell.Kind != suncode.Data {
					continue
				}
				n := neighbours(&dark, ray, k)
				out[ray][k] = (s[ray][k]-share[1]*n[1]-share[2]*n[2]-share[3])/share[0] - 0.5
			}
		}
	}
}

// decide fills dark with 1 for dots and 0 for ground: known cells as they are, data cells as s has them.
func (s *soft) decide(guess formatGuess, dark *soft) {
	*dark = soft{}
	plan := suncode.Plan(guess.level.Rays())
	known := suncode.Symbol{Level: guess.level, Mask: guess.mask}
	for ray := range plan {
		for k, cell := range plan[ray] {
			switch cell.Kind {
			case suncode.Blank:
			case suncode.Data:
				dark[ray][k] = step(s[ray][k])
			case suncode.Repeat:
				dark[ray][k] = dark[ray][k-1]
			default:
				if known.Dark(ray, k) {
					dark[ray][k] = 1
				}
			}
		}
	}
}

func step(v float64) float64 {
	if v > 0 {
		return 1
	}
	return 0
}

// neighbours is a cell's own darkness, that of the two along the ray, and that of the two beside it, which counts the
// less the further out the rays part.
func neighbours(dark *soft, ray, k int) (n [3]float64) {
	n[0] = dark[ray][k]
	if k > 0 {
		n[1] += dark[ray][k-1]
	}
	if k < suncode.Radii-1 {
		n[1] += dark[ray][k+1]
	}
	const inner = suncode.FirstRadius + 4
	near := inner / (suncode.FirstRadius + float64(k))
	before, after := (ray+suncode.RaySlots-1)%suncode.RaySlots, (ray+1)%suncode.RaySlots
	n[2] = near * near * (dark[before][k] + dark[after][k])
	return n
}

// fitShares solves for the shares of cell, ray neighbours, side neighbours and the constant.
func (s *soft) fitShares(rays int, dark *soft) (share [4]float64, ok bool) {
	var m [4][5]float64
	for ray, row := range suncode.Plan(rays) {
		for k, cell := range row {
			if cell.Kind == suncode.Blank || cell.Kind == suncode.Repeat || s[ray][k] == 0 {
				continue
			}
			n := neighbours(dark, ray, k)
			x := [5]float64{n[0], n[1], n[2], 1, max(min(s[ray][k], 1), -1)}
			for i := range m {
				for j := range x {
					m[i][j] += x[i] * x[j]
				}
			}
		}
	}
	if rays == 36 {
		m[2] = [5]float64{2: 1} // no rays beside
	}
	share, ok = solve(&m)
	return share, ok && share[0] > 0.2
}

// solve is Gauss's elimination with the largest pivot.
func solve(m *[4][5]float64) (x [4]float64, ok bool) {
	for col := range m {
		best := col
		for row := col + 1; row < len(m); row++ {
			if math.Abs(m[row][col]) > math.Abs(m[best][col]) {
				best = row
			}
		}
		m[col], m[best] = m[best], m[col]
		if math.Abs(m[col][col]) < 1e-6 {
			return x, false
		}
		for row := range m {
			if row == col {
				continue
			}
			by := m[row][col] / m[col][col]
			for j := col; j < len(m[row]); j++ {
				m[row][j] -= by * m[col][j]
			}
		}
	}
	for i := range x {
		x[i] = m[i][4] / m[i][i]
	}
	return x, true
}
