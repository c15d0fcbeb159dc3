package suncode

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// formula is an expression of SPEC.md 5.3 in i and j; its value is 0 or 1 where it is a condition.
type formula func(i, j int) int

// parseFormula reads an expression in Go's notation. Names other than i and j are conditions from the table.
func parseFormula(t *testing.T, text string, conditions map[string]formula) formula {
	t.Helper()
	expr, err := parser.ParseExpr(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var build func(e ast.Expr) formula
	build = func(e ast.Expr) formula {
		switch e := e.(type) {
		case *ast.ParenExpr:
			return build(e.X)
		case *ast.BasicLit:
			n, err := strconv.Atoi(e.Value)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			return func(int, int) int { return n }
		case *ast.Ident:
			switch {
			case e.Name == "i":
				return func(i, _ int) int { return i }
			case e.Name == "j":
				return func(_, j int) int { return j }
			case conditions[e.Name] != nil:
				return conditions[e.Name]
			}
		case *ast.UnaryExpr:
			if x := build(e.X); e.Op == token.NOT {
				return func(i, j int) int { return 1 - x(i, j) }
			}
		case *ast.BinaryExpr:
			if f := operators[e.Op]; f != nil {
				x, y := build(e.X), build(e.Y)
				return func(i, j int) int { return f(x(i, j), y(i, j)) }
			}
		}
		t.Fatalf("%q: cannot read %T", text, e)
		return nil
	}
	return build(expr)
}

var operators = map[token.Token]func(x, y int) int{
	token.ADD:  func(x, y int) int { return x + y },
	token.MUL:  func(x, y int) int { return x * y },
	token.QUO:  func(x, y int) int { return x / y },
	token.REM:  func(x, y int) int { return x % y },
	token.AND:  func(x, y int) int { return x & y },
	token.XOR:  func(x, y int) int { return x ^ y },
	token.LAND: func(x, y int) int { return x & y },
	token.EQL:  func(x, y int) int { return truth(x == y) },
	token.LSS:  func(x, y int) int { return truth(x < y) },
	token.LEQ:  func(x, y int) int { return truth(x <= y) },
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func formulaStream(rays int, f formula) (s stream) {
	for bit := range len(layoutFor(rays).data) {
		ray, k := Place(rays, bit)
		s[bit/8] |= byte(f(k+3, ray)) << (7 - bit%8)
	}
	return s
}

// TestSpecMasks executes the two tables of SPEC.md 5.3 and compares every mask with the code's, for every ray count.
func TestSpecMasks(t *testing.T) {
	conditions := map[string]formula{}
	for _, row := range tableAfter(t, "#### 5.3.1 ") {
		conditions[row[0]] = parseFormula(t, row[1], nil)
	}
	rows := tableAfter(t, "#### 5.3.2 ")
	if len(rows) != MaskCount {
		t.Fatalf("%d rows, want %d", len(rows), MaskCount)
	}
	for n, row := range rows {
		id, rule := n+1, maskRules[n+1]
		want := "main rays only"
		switch {
		case rule.rule == nil:
			want = "unknown"
		case rule.confirmed:
			want = "all"
		case rule.other != nil:
			want = "main rays only, two readings"
		}
		if row[0] != strconv.Itoa(id) || row[3] != want {
			t.Errorf("row %d is of id %s and says %q, want %q", id, row[0], row[3], want)
		}
		compareMask(t, id, strings.ReplaceAll(row[1], "–", ""), 0, conditions)
		compareMask(t, id, strings.ReplaceAll(row[2], "–", ""), 1, conditions)
	}
}

// compareMask compares one reading of a mask with its formula; an empty one says that there is no such reading.
func compareMask(t *testing.T, id int, text string, reading int, conditions map[string]formula) {
	t.Helper()
	for _, rays := range []int{36, 54, 72} {
		streams := maskSetFor(rays).streams[id]
		if text == "" {
			if len(streams) > reading {
				t.Errorf("mask %d: the table has no reading %d", id, reading)
			}
			continue
		}
		got := formulaStream(rays, parseFormula(t, text, conditions))
		if rays == 36 && reading == 1 {
			if got != streams[0] {
				t.Errorf("mask %d: its readings differ on main rays", id)
			}
			continue
		}
		if len(streams) <= reading || got != streams[reading] {
			t.Errorf("mask %d at %d rays: %s is not the code's mask", id, rays, text)
		}
	}
}
