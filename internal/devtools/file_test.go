package devtools

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tailscale/hujson"
)

var condition = Condition{Name: "scan a=1", PathName: "pages/index/index", Query: "scene=a%3D1", LaunchMode: "default", Scene: 1047}

const compact = `{"name":"scan a=1","pathName":"pages/index/index","query":"scene=a%3D1","launchMode":"default","scene":1047}`

// spread is the condition on lines of its own.
func spread(indent, unit string) string {
	var b bytes.Buffer
	_ = json.Indent(&b, []byte(compact), indent, unit)
	return b.String()
}

func TestAdd(t *testing.T) {
	for name, test := range map[string][2]string{
		"an empty file":     {"", "{\n  \"condition\": {\n    \"miniprogram\": {\n      \"list\": [\n        " + spread("        ", "  ") + "\n      ]\n    }\n  }\n}\n"},
		"an empty object":   {"{}", "{\n  \"condition\": {\n    \"miniprogram\": {\n      \"list\": [\n        " + spread("        ", "  ") + "\n      ]\n    }\n  }\n}"},
		"one line":          {`{"a":1,"condition":{"miniprogram":{"list":[]}}}`, `{"a":1,"condition":{"miniprogram":{"list":[` + compact + `]}}}`},
		"one line, nothing": {`{"a":1}`, `{"a":1, "condition":{"miniprogram":{"list":[` + compact + `]}}}`},
		"tabs and CRLF": {
			"{\r\n\t\"a\": 1\r\n}\r\n",
			"{\r\n\t\"a\": 1,\r\n\t\"condition\": {\r\n\t\t\"miniprogram\": {\r\n\t\t\t\"list\": [\r\n\t\t\t\t" +
				strings.ReplaceAll(spread("\t\t\t\t", "\t"), "\n", "\r\n") + "\r\n\t\t\t]\r\n\t\t}\r\n\t}\r\n}\r\n",
		},
		"a mark, comments and a trailing comma": {
			"\ufeff// mine\n{\n    /* list */ \"condition\": { // c\n        \"miniprogram\": {\n            \"list\": [\n                {\"name\": \"x\"}, // last\n            ]\n        }\n    },\n    \"z\": 1 // end\n}",
			"\ufeff// mine\n{\n    /* list */ \"condition\": { // c\n        \"miniprogram\": {\n            \"list\": [\n                {\"name\": \"x\"}, // last\n                " + spread("                ", "  ") + ",\n            ]\n        }\n    },\n    \"z\": 1 // end\n}",
		},
		"a comment behind the last": {
			"{\n  \"condition\": {\n    \"miniprogram\": {\n      \"list\": [\n        {\"name\": \"x\"} // last\n      ]\n    }\n  }\n}",
			"{\n  \"condition\": {\n    \"miniprogram\": {\n      \"list\": [\n        {\"name\": \"x\"}, // last\n        " + spread("        ", "  ") + "\n      ]\n    }\n  }\n}",
		},
		"null":        {`{"condition":null}`, `{"condition":{"miniprogram":{"list":[` + compact + `]}}}`},
		"a null list": {`{"condition":{"miniprogram":{"list":null}}}`, `{"condition":{"miniprogram":{"list":[` + compact + `]}}}`},
		"a key twice": {`{"condition":1,"condition":{}}`, `{"condition":1,"condition":{"miniprogram":{"list":[` + compact + `]}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(test[0]), false)
			if err != nil {
				t.Fatal(err)
			}
			if _, changed, err := f.Add(condition); err != nil || !changed {
				t.Fatalf("changed %v, error %v", changed, err)
			}
			if diff := cmp.Diff(test[1], string(f.Bytes())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, changed, err := f.Add(condition); err != nil || changed {
				t.Errorf("again: changed %v, error %v", changed, err)
			}
		})
	}
}

func TestAddRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                               "it is not a JSON object",
		`{"condition":1}`:                  "condition is not an object",
		`{"condition":{"miniprogram":[]}}`: "condition.miniprogram is not an object",
		`{"condition":{"miniprogram":{"list":{}}}}`: "condition.miniprogram.list is not a list",
		`{"a"`: "line 1, column 5: parsing object after name: unexpected EOF",
	} {
		f, err := Parse([]byte(text), false)
		if err == nil {
			_, _, err = f.Add(condition)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestReplaceAndRemove(t *testing.T) {
	const before = "{\n  // mine\n  \"condition\": {\n    \"miniprogram\": {\n      \"list\": [\n        { \"name\": \"a\" }, // one\n        {\n          \"name\": \"scan a=1\"\n        },\n        { \"name\": \"c\", \"scene\": \"1011\" }\n      ]\n    }\n  }\n}\n"
	f, err := Parse([]byte(before), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Add(condition); err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(before, "{\n          \"name\": \"scan a=1\"\n        }", spread("        ", "  "), 1); string(f.Bytes()) != want {
		t.Error(cmp.Diff(want, string(f.Bytes())))
	}
	got, err := f.Conditions()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Condition{{Name: "a"}, condition, {Name: "c", Scene: 1011}}, got); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"c", "a", "scan a=1"} {
		if n, err := f.Remove(name); n != 1 || err != nil {
			t.Errorf("%s: removed %d, %v", name, n, err)
		}
	}
	const after = "{\n  // mine\n  \"condition\": {\n    \"miniprogram\": {\n      \"list\": [ // one\n      ]\n    }\n  }\n}\n"
	if string(f.Bytes()) != after {
		t.Error(cmp.Diff(after, string(f.Bytes())))
	}
}

// FuzzAdd holds that adding a condition to any file that can be read changes
// nothing but that, and that removing it brings the old meaning back.
func FuzzAdd(f *testing.F) {
	for _, seed := range []string{
		"", "{}", `{"a":[1,{"b":null}]}`, "{\"condition\":{\"miniprogram\":{\"list\":[{\"name\":\"x\"},]}}, // y\n}", "\ufeff{\r\n\t\"condition\": null\r\n}",
		`{"condition":{"game":{"list":[{},1,"x",/*c*/{"name":"scan a=1"}/*d*/]}}}`, "{\"condition\":{\"miniprogram\":{\"list\":[ // c\n]}}}",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, before []byte, game bool) {
		file, err := Parse(before, game)
		if err != nil {
			return
		}
		old, err := file.Conditions()
		if err != nil {
			return
		}
		c := condition
		c.Name = "a name of its own \u2028 <&>"
		for _, other := range old {
			if other.opens(c) || other.Name == c.Name {
				return
			}
		}
		parsed := bytes.Clone(file.Bytes())
		if _, changed, err := file.Add(c); err != nil || !changed {
			t.Fatalf("changed %v, error %v", changed, err)
		}
		after := file.Bytes()
		if !bytes.Contains(parsed, []byte("null")) && !isSubsequence(parsed, after) {
			t.Fatalf("bytes were lost:\n%q\n%q", parsed, after)
		}
		got, err := file.Conditions()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append(old, c), got); diff != "" {
			t.Fatal(diff)
		}
		if n, err := file.Remove(c.Name); n != 1 || err != nil {
			t.Fatalf("removed %d, %v", n, err)
		}
		if len(old) > 0 && !bytes.Equal(file.Bytes(), parsed) {
			t.Fatalf("not as before:\n%q\n%q", parsed, file.Bytes())
		}
		if _, err := hujson.Parse(bytes.TrimPrefix(file.Bytes(), []byte(byteOrderMark))); err != nil {
			t.Fatal(err)
		}
	})
}

func isSubsequence(short, long []byte) bool {
	for _, b := range short {
		i := bytes.IndexByte(long, b)
		if i < 0 {
			return false
		}
		long = long[i+1:]
	}
	return true
}
