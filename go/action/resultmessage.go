package action

import (
	"fmt"
	"time"

	"thinrex/go/digest"
)

// A ResultMessage is a Result as caches keep it: what thinrex uses of the Remote Execution
// API's ActionResult. A cache may be damaged, and a service may lie: so its digests may be
// malformed, and no time need be possible.
type ResultMessage struct {
	ExitCode         int32
	Files            []FileMessage
	Stdout, Stderr   TextMessage
	Irregular        int        // outputs that are folders or symbolic links
	Start, Completed *Timestamp // of the compiler's run; nil if that isn't known
}

// A FileMessage is one output, by its canonical name.
type FileMessage struct {
	Path   string
	Digest digest.Digest
}

// A TextMessage is what the compiler printed: inlined, or as a blob if Digest isn't zero.
type TextMessage struct {
	Raw    []byte
	Digest digest.Digest
}

// A Timestamp is a time as protocols write it: since 1970.
type Timestamp struct {
	Seconds int64
	Nanos   int32
}

func timestampOf(t time.Time) *Timestamp { return &Timestamp{t.Unix(), int32(t.Nanosecond())} }

// maxInline bounds the texts, in bytes, that a message holds itself. Longer ones are blobs
// of their own.
const maxInline = 64 << 10

// AsMessage returns r as a message and the blobs that it refers to.
func (r *Result) AsMessage(function digest.Function) (m ResultMessage, blobs map[digest.Digest][]byte) {
	blobs = map[digest.Digest][]byte{}
	blob := func(data []byte) digest.Digest {
		d := function.Of(data)
		blobs[d] = data
		return d
	}
	text := func(data []byte) TextMessage {
		if len(data) <= maxInline {
			return TextMessage{Raw: data}
		}
		return TextMessage{Digest: blob(data)}
	}
	m.ExitCode = int32(r.ExitCode)
	for _, out := range r.Outputs {
		m.Files = append(m.Files, FileMessage{out.Name, blob(out.Data)})
	}
	m.Stdout, m.Stderr = text(r.Stdout), text(r.Stderr)
	if r.Ran > 0 {
		m.Start, m.Completed = timestampOf(r.Began), timestampOf(r.Began.Add(r.Ran))
	}
	return m, blobs
}

// Result makes a Result of a message. fetch returns a blob whose content it has verified
// against the digest.
func (m *ResultMessage) Result(fetch func(digest.Digest) ([]byte, error)) (*Result, error) {
	get := func(d digest.Digest) ([]byte, error) {
		if err := d.Check(); err != nil {
			return nil, err
		}
		return fetch(d)
	}
	r := &Result{ExitCode: int(m.ExitCode)}
	for _, f := range m.Files {
		if f.Digest.Hash == "" { // some servers mean an empty file by it
			return nil, fmt.Errorf("output %q has no digest", f.Path)
		}
		data, err := get(f.Digest)
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", f.Path, err)
		}
		r.Outputs = append(r.Outputs, OutputFile{Name: f.Path, Data: data})
	}
	if m.Irregular > 0 {
		return nil, fmt.Errorf("%d outputs aren't regular files", m.Irregular)
	}
	text := func(t TextMessage) ([]byte, error) {
		if len(t.Raw) > 0 || t.Digest == (digest.Digest{}) {
			return t.Raw, nil
		}
		return get(t.Digest)
	}
	var err error
	if r.Stdout, err = text(m.Stdout); err != nil {
		return nil, fmt.Errorf("standard output: %w", err)
	}
	if r.Stderr, err = text(m.Stderr); err != nil {
		return nil, fmt.Errorf("standard error: %w", err)
	}
	r.Began, r.Ran = m.whenRun()
	return r, nil
}

// maxRan is the longest time that a compiler is believed to have run. A service whose
// clock is wrong, or who lies, would otherwise spoil the sum over many results.
const maxRan = 24 * time.Hour

// whenRun returns when the compiler was started, and for how long it ran: 0 if the message
// lacks that, or can't be believed. A worker's other times include its transfers of files.
func (m *ResultMessage) whenRun() (began time.Time, ran time.Duration) {
	began, ok := m.Start.time()
	ended, complete := m.Completed.time()
	if !ok || !complete {
		return time.Time{}, 0
	}
	if ran = ended.Sub(began); ran <= 0 || ran > maxRan {
		return time.Time{}, 0
	}
	return began, ran
}

// time is false for none, and for one that no clock shows: before year 1 or after 9999.
func (t *Timestamp) time() (_ time.Time, ok bool) {
	const first, last = -62135596800, 253402300799
	if t == nil || t.Seconds < first || t.Seconds > last || t.Nanos < 0 || t.Nanos >= 1e9 {
		return time.Time{}, false
	}
	return time.Unix(t.Seconds, int64(t.Nanos)).UTC(), true
}
