package batchapi

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/order"
)

const (
	tick      = time.Second      // between looks at a batch
	heartbeat = 15 * time.Second // the longest silence of a stream of events
	retry     = 2 * time.Second  // what a browser waits before it connects again
	writeTime = 60 * time.Second // the longest wait for a caller to take something
)

// Streams of events at once, of all apps and of one: each looks at its batch every second.
const (
	maxStreams    = 256
	maxAppStreams = 32
)

// extend gives the caller time to take what is sent next.
func (h *Handler) extend(c *call) {
	_ = c.control.SetWriteDeadline(time.Now().Add(writeTime)) // where it is not supported there is no bound to move
}

// events is GET of a batch's progress as server-sent events: "progress" with the batch as it is now, at once and when it
// changes, and "end" with the batch when it is over.
func (h *Handler) events(c *call) (any, error) {
	if c.order.State.Final() && strings.HasPrefix(c.Header.Get("Last-Event-ID"), "end") {
		c.w.WriteHeader(http.StatusNoContent) // tells a browser to stay away
		return nil, nil                       //nolint:nilnil // the answer is given
	}
	done, ok := h.streams.Take(c.app.Number)
	if !ok {
		return nil, busy.Because("too many streams of events at once")
	}
	defer done()
	_ = c.control.SetReadDeadline(time.Time{}) // the end of the wait for a request must not end the stream
	header := c.w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	if c.Method == http.MethodHead {
		return nil, nil //nolint:nilnil // the answer is given
	}
	s := &stream{h: h, c: c}
	s.write(fmt.Sprintf("retry: %d\n\n", retry.Milliseconds()))
	look := time.NewTicker(h.tick)
	defer look.Stop()
	for s.err == nil && !s.tell(&c.order) {
		select {
		case <-c.Context().Done():
			return nil, nil //nolint:nilnil // the caller has gone
		case <-h.Stopping:
			return nil, nil //nolint:nilnil // the caller comes back when the server does
		case <-look.C:
		}
		o, err := h.Desk.Find(c.Context(), c.app.Number, c.order.ID)
		switch {
		case c.Context().Err() != nil, errors.Is(err, order.ErrUnknown): // removed meanwhile
			return nil, nil //nolint:nilnil // nobody is there to tell, or nothing to tell of
		case err != nil:
			return nil, err
		}
		c.order = o
	}
	return nil, nil //nolint:nilnil // the answer is given
}

// stream is a stream of events.
type stream struct {
	h      *Handler
	c      *call
	last   string // the event that was last sent
	at     time.Time
	number int
	err    error
}

// tell sends the batch if it is not as it was, or a sign of life, and returns whether it is over.
func (s *stream) tell(o *order.Order) (over bool) {
	name := "progress"
	over = o.State.Final()
	id := fmt.Sprintf("%d-%d", o.ID, s.number)
	if over {
		name, id = "end", fmt.Sprintf("end-%d", o.ID)
	}
	data := string(encode(s.h.describe(o)))
	switch {
	case data != s.last:
		s.last = data
		s.number++
		s.write("id: " + id + "\nevent: " + name + "\ndata: " + data + "\n") // data ends with a newline
	case time.Since(s.at) >= s.h.heartbeat:
		s.write(": here\n\n")
	}
	return over
}

func (s *stream) write(text string) {
	s.at = time.Now()
	s.h.extend(s.c)
	if _, s.err = s.c.w.Write([]byte(text)); s.err == nil {
		s.err = s.c.control.Flush()
	}
}

// mediaTypes are those of what can be fetched, by the ending.
var mediaTypes = map[string]string{
	"zip": batch.ZIP.MediaType(), "tar": batch.Tar.MediaType(), "csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8",
}

// files is GET of a batch's archive.
func (h *Handler) files(c *call) (any, error) {
	wanted := c.URL.Query().Get("archive")
	if wanted != "" && wanted != string(c.order.Archive) {
		return nil, badRequest.Because("the batch is in a %s archive; which one is chosen with the upload", c.order.Archive)
	}
	return nil, h.serve(c, order.ArchiveFile(&c.order), c.order.Title+"."+string(c.order.Archive))
}

// report is GET of the manifest or of the report of bad rows, whose name is the path's last part.
func (h *Handler) report(c *call) (any, error) {
	name := path.Base(c.URL.Path)
	return nil, h.serve(c, name, c.order.Title+"-"+name)
}

// serve sends a file of the batch, or what is asked for of it. It never changes once it is there.
func (h *Handler) serve(c *call, name, as string) error {
	f, err := h.Desk.Result(&c.order, name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	_ = c.control.SetReadDeadline(time.Time{})
	header := c.w.Header()
	header.Set("Content-Type", mediaTypes[name[strings.LastIndexByte(name, '.')+1:]])
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": as}))
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", fmt.Sprintf(`"%s-%s"`, c.order.Folder, name))
	http.ServeContent(c.w, c.Request, "", c.order.Ended, &paced{ReadSeeker: f, h: h, c: c})
	return nil
}

// paced is content that is sent for as long as the caller takes some of it now and then.
type paced struct {
	io.ReadSeeker
	h   *Handler
	c   *call
	set time.Time
}

// Read implements [io.Reader].
func (p *paced) Read(data []byte) (int, error) {
	if now := time.Now(); now.Sub(p.set) > time.Second {
		p.set = now
		p.h.extend(p.c)
	}
	return p.ReadSeeker.Read(data)
}
