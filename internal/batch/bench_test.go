package batch_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/suncode/suncode/internal/batch"
)

// BenchmarkRun makes codes of the usual size on all processors; each operation
// is one code.
func BenchmarkRun(b *testing.B) {
	s := newShop(b)
	sinks := map[string]func(dir string) batch.Sink{
		"nowhere": func(string) batch.Sink { return batch.NewStream(batch.Tar, io.Discard) },
		"folder":  func(dir string) batch.Sink { return batch.NewFolder(dir) },
		"zip":     func(dir string) batch.Sink { return batch.NewArchive(batch.ZIP, filepath.Join(dir, "out.zip")) },
		"tar":     func(dir string) batch.Sink { return batch.NewArchive(batch.Tar, filepath.Join(dir, "out.tar")) },
	}
	for _, name := range []string{"nowhere", "folder", "zip", "tar"} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			spec := batch.NewSpec()
			spec.Form, spec.Pattern = batch.Pattern, fmt.Sprintf("id={1..%d}", b.N)
			b.ReportAllocs()
			b.ResetTimer()
			_, err := batch.Run(b.Context(), batch.Job{
				Spec: spec, Issuer: s.issuer, App: s.app.Number, Sink: sinks[name](dir), State: filepath.Join(dir, batch.StateName),
			})
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "codes/s")
			_ = os.RemoveAll(dir)
		})
	}
}
