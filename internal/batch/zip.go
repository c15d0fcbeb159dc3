package batch

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"os"
)

// zipPacker writes a ZIP whose files are stored. archive/zip keeps what it
// will write at the end in memory, a few hundred bytes a file; here that grows
// in a file of the state folder. Sizes and checksums stand before the
// contents, so that any program can read the archive as a stream.
//
// The format is PKWARE's APPNOTE.TXT; its section numbers are beside the
// records.
type zipPacker struct {
	f      *os.File // the central directory so far
	w      *bufio.Writer
	size   int64
	files  int64
	offset int64 // of the next file in the archive
	header []byte
}

const (
	zipLocal     = 0x04034b50 // 4.3.7
	zipCentral   = 0x02014b50 // 4.3.12
	zipEnd64     = 0x06064b50 // 4.3.14
	zipLocator   = 0x07064b50 // 4.3.15
	zipEnd       = 0x06054b50 // 4.3.16
	zipVersion   = 20
	zipVersion64 = 45
	zipUnix      = 3 << 8
	zipUTF8      = 1 << 11
	zipDate      = 0<<9 | 1<<5 | 1 // 1980-01-01
	zipExtra64   = 1               // 4.5.3
	zipMaxFiles  = math.MaxUint16
	zipMaxBytes  = math.MaxUint32
)

// openZIP opens the directory's file at the mark.
func openZIP(path string, at *Mark) (packer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	z := &zipPacker{f: f, w: bufio.NewWriterSize(f, 64<<10), size: at.Directory, offset: at.Written}
	if err := cutTo(f, at.Directory); err != nil {
		_ = f.Close() // of no more use
		return nil, err
	}
	if at.Directory > 0 {
		z.files, err = countCentral(f, at.Directory)
	}
	return z, err
}

// countCentral counts the files of a directory, and goes to its end.
func countCentral(f *os.File, size int64) (int64, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 64<<10)
	var head [46]byte
	for files := int64(0); ; files++ {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return files, nil
			}
			return files, err
		}
		rest := int(binary.LittleEndian.Uint16(head[28:])) + int(binary.LittleEndian.Uint16(head[30:]))
		if _, err := r.Discard(rest); err != nil {
			return files, err
		}
	}
}

func (z *zipPacker) add(w io.Writer, name string, size int64, content func(io.Writer) error) error {
	sum := crc32.NewIEEE()
	if err := content(sum); err != nil {
		return err
	}
	z.local(name, sum.Sum32(), size)
	begin := int64(len(z.header))
	if _, err := w.Write(z.header); err != nil {
		return err
	}
	if err := content(w); err != nil {
		return err
	}
	z.central(name, sum.Sum32(), size)
	n, err := z.w.Write(z.header)
	z.size += int64(n)
	z.offset += begin + size
	z.files++
	return err
}

func (z *zipPacker) put16(values ...int) {
	for _, v := range values {
		z.header = binary.LittleEndian.AppendUint16(z.header, uint16(v))
	}
}

func (z *zipPacker) put32(values ...uint32) {
	for _, v := range values {
		z.header = binary.LittleEndian.AppendUint32(z.header, v)
	}
}

func (z *zipPacker) put64(values ...int64) {
	for _, v := range values {
		z.header = binary.LittleEndian.AppendUint64(z.header, uint64(v))
	}
}

// local is the header before a file's content (4.3.7).
func (z *zipPacker) local(name string, sum uint32, size int64) {
	z.header = z.header[:0]
	z.put32(zipLocal)
	if size >= zipMaxBytes {
		z.put16(zipVersion64, zipUTF8, 0, 0, zipDate)
		z.put32(sum, zipMaxBytes, zipMaxBytes)
		z.put16(len(name), 4+16)
		z.header = append(z.header, name...)
		z.put16(zipExtra64, 16)
		z.put64(size, size)
		return
	}
	z.put16(zipVersion, zipUTF8, 0, 0, zipDate)
	z.put32(sum, uint32(size), uint32(size))
	z.put16(len(name), 0)
	z.header = append(z.header, name...)
}

// central is the file's entry in the directory (4.3.12).
func (z *zipPacker) central(name string, sum uint32, size int64) {
	z.header = z.header[:0]
	z.put32(zipCentral)
	large := size >= zipMaxBytes || z.offset >= zipMaxBytes
	if !large {
		z.put16(zipUnix|zipVersion, zipVersion, zipUTF8, 0, 0, zipDate)
		z.put32(sum, uint32(size), uint32(size))
		z.put16(len(name), 0, 0, 0, 0)
		z.put32(fileMode<<16, uint32(z.offset))
		z.header = append(z.header, name...)
		return
	}
	z.put16(zipUnix|zipVersion64, zipVersion64, zipUTF8, 0, 0, zipDate)
	z.put32(sum, zipMaxBytes, zipMaxBytes)
	z.put16(len(name), 4+24, 0, 0, 0)
	z.put32(fileMode<<16, zipMaxBytes)
	z.header = append(z.header, name...)
	z.put16(zipExtra64, 24)
	z.put64(size, size, z.offset)
}

// finish appends the directory and what says where it is.
func (z *zipPacker) finish(w io.Writer) error {
	if err := z.w.Flush(); err != nil {
		return err
	}
	if _, err := io.Copy(w, io.NewSectionReader(z.f, 0, z.size)); err != nil {
		return err
	}
	z.header = z.header[:0]
	files, size, offset := z.files, z.size, z.offset
	if files >= zipMaxFiles || size >= zipMaxBytes || offset >= zipMaxBytes {
		z.put32(zipEnd64)
		z.put64(44)
		z.put16(zipUnix|zipVersion64, zipVersion64)
		z.put32(0, 0)
		z.put64(files, files, size, offset)
		z.put32(zipLocator, 0)
		z.put64(offset + size)
		z.put32(1)
	}
	z.put32(zipEnd)
	z.put16(0, 0, int(min(files, zipMaxFiles)), int(min(files, zipMaxFiles)))
	z.put32(uint32(min(size, zipMaxBytes)), uint32(min(offset, zipMaxBytes)))
	z.put16(0)
	_, err := w.Write(z.header)
	return err
}

func (z *zipPacker) directory() int64 { return z.size }
func (z *zipPacker) flush() error     { return z.w.Flush() }
func (z *zipPacker) sync() error      { return z.f.Sync() }
func (z *zipPacker) close() error     { return z.f.Close() }
