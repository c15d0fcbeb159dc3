package render

import (
	"fmt"
	"sort"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/ticket"
)

func TestLab(t *testing.T) {
	s := benchSymbol(t)
	for _, w := range []int{430, 1280} {
		o := Options{WidthPx: w, Logo: DefaultLogo("Tea House")}
		p := jpegPlateOf(t, s, o)
		var lens, wins []int
		tot, con := 0, 0
		ff := 0
		for i := range 64 {
			raw, _ := ticket.Make(ticket.Ticket{App: 1, Page: 2, Key: 1, Scene: fmt.Sprintf("id=%07d", i)}, make([]byte, 32))
			s, _ := suncode.EncodeBytes(raw)
			rays := s.Rays()
			out := p.appendTo(nil, &rays)
			for i := range out[:len(out)-1] {
				if out[i] == 0xff && out[i+1] == 0 {
					ff++
				}
			}
			for i := range p.steps {
				st := &p.steps[i]
				e := entry(st.bank.entries[st.first+state(st.windows[:st.n], &rays)].Load())
				if st.n > 0 {
					lens = append(lens, e.length())
					wins = append(wins, int(st.n))
					tot += e.length()
				} else {
					con += e.length()
				}
			}
		}
		sort.Ints(lens)
		sort.Ints(wins)
		n := len(lens)
		fmt.Println(w, "steps", len(p.steps), "ink/pic", n/64, "inkbits", tot/64, "const", con/64, "ff", ff/64)
		for _, q := range []int{5, 25, 50, 75, 90, 95, 99} {
			fmt.Println(q, lens[n*q/100], wins[n*q/100])
		}
		var cl []int
		for i := range p.steps {
			if st := &p.steps[i]; st.n == 0 {
				cl = append(cl, entry(st.bank.entries[st.first].Load()).length())
			}
		}
		sort.Ints(cl)
		for _, q := range []int{5, 25, 50, 75, 90, 95, 99} {
			fmt.Println("const", q, cl[len(cl)*q/100])
		}
		tl := 0
		for i := range p.steps {
			if p.steps[i].tailBits > 0 {
				tl++
			}
		}
		fmt.Println("tails", tl)
	}
}
