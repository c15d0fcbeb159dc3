package reading

import (
	"errors"
	"io"
	"mime/multipart"
)

// ErrNoFile means that a form has no file in it.
var ErrNoFile = errors.New("reading: the form has no file in it")

// FormFile is the first file of a form, whatever its field is called. Errors are ErrNoFile and those of the form.
func FormFile(form *multipart.Reader) (io.Reader, error) {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, ErrNoFile
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return part, nil
		}
	}
}
