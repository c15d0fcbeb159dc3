package batch

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"testing"
)

// after is what follows so many bytes of nothing.
type after struct {
	offset int64
	data   []byte
}

func (a after) ReadAt(p []byte, at int64) (int, error) {
	for i := range p {
		switch k := at + int64(i) - a.offset; {
		case k >= int64(len(a.data)):
			return i, io.EOF
		case k >= 0:
			p[i] = a.data[k]
		default:
			p[i] = 0
		}
	}
	return len(p), nil
}

// TestZIP64 holds that archives beyond the old bounds, in files and in bytes,
// are read by another program.
func TestZIP64(t *testing.T) {
	for _, test := range []struct {
		files  int
		offset int64
	}{{0, 0}, {3, 0}, {zipMaxFiles - 1, 0}, {zipMaxFiles, 0}, {zipMaxFiles + 5, 0}, {3, zipMaxBytes - 70}, {3, zipMaxBytes}, {3, 5 << 40}} {
		path := filepath.Join(t.TempDir(), "directory")
		pack, err := openZIP(path, &Mark{})
		if err != nil {
			t.Fatal(err)
		}
		pack.(*zipPacker).offset = test.offset
		var out bytes.Buffer
		for i := range test.files {
			content := fmt.Sprint("content of ", i)
			err := pack.add(&out, fmt.Sprint("茶", i), int64(len(content)), func(w io.Writer) error {
				_, err := io.WriteString(w, content)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := pack.finish(&out); err != nil {
			t.Fatal(err)
		}
		if err := pack.close(); err != nil {
			t.Fatal(err)
		}
		r, err := zip.NewReader(after{test.offset, out.Bytes()}, test.offset+int64(out.Len()))
		if err != nil || len(r.File) != test.files {
			t.Fatalf("%+v: %v", test, err)
		}
		for _, i := range []int{0, test.files / 2, test.files - 1} {
			if test.files == 0 {
				break
			}
			in, err := r.File[i].Open()
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(in)
			if want := fmt.Sprint("content of ", i); err != nil || string(got) != want || r.File[i].Name != fmt.Sprint("茶", i) {
				t.Errorf("%+v: %s %q, %v", test, r.File[i].Name, got, err)
			}
		}
	}
}
