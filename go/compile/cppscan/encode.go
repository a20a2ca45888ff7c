package cppscan

import (
	"encoding/binary"
	"errors"
)

// errEncoding says that bytes aren't what Source.Append wrote.
var errEncoding = errors.New("not an encoded scan of a source")

// Append encodes a source that Scan returned, without its text: so a header that
// stays the same needn't be read and scanned for each source that includes it.
func (s Source) Append(b []byte) []byte {
	b = append(b, flags(s.Computed, s.Line, s.Named, s.Shadowed))
	b = binary.AppendVarint(b, int64(s.left))
	b = appendString(b, s.Reason)
	b = binary.AppendUvarint(b, uint64(len(s.Probes)))
	for _, p := range s.Probes {
		b = appendString(append(b, flags(p.Quoted, p.All)), p.Name)
	}
	for _, list := range [][][]byte{s.macros, s.spelled} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, name := range list {
			b = appendString(b, string(name))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s.renamed)))
	for _, name := range s.renamed {
		b = appendString(b, name)
	}
	return b
}

func flags(list ...bool) (b byte) {
	for i, set := range list {
		if set {
			b |= 1 << i
		}
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Decode returns the source that Append encoded, which has no text until WithText.
// It keeps the bytes.
func Decode(b []byte) (Source, error) {
	d := decoder{rest: b}
	f := d.flags()
	s := Source{
		Computed: f&1 != 0,
		Line:     f&2 != 0,
		Named:    f&4 != 0,
		Shadowed: f&8 != 0,
		meter:    &meter{d.signed()},
		Reason:   string(d.bytes()),
	}
	s.Probes = make([]Probe, d.count())
	for i := range s.Probes {
		f := d.flags()
		s.Probes[i] = Probe{Name: string(d.bytes()), Quoted: f&1 != 0, All: f&2 != 0}
	}
	s.macros, s.spelled = d.list(), d.list()
	for _, name := range d.list() {
		s.renamed = append(s.renamed, string(name))
	}
	if d.bad || len(d.rest) > 0 {
		return Source{}, errEncoding
	}
	return s, nil
}

// WithText gives a decoded source the content of its file, for Follow.
func (s Source) WithText(data []byte) Source {
	s.text = textOf(data)
	return s
}

// HasText is false for a source that Decode returned.
func (s Source) HasText() bool { return s.text != nil }

// A decoder takes one thing after another from the front of rest.
type decoder struct {
	rest []byte
	bad  bool // rest has ended too early
}

func (d *decoder) flags() (b byte) {
	if len(d.rest) == 0 {
		d.bad = true
		return 0
	}
	b, d.rest = d.rest[0], d.rest[1:]
	return b
}

func (d *decoder) signed() int {
	v, n := binary.Varint(d.rest)
	return int(v) * d.skip(n)
}

// skip takes n bytes and returns 1, or returns 0 for none.
func (d *decoder) skip(n int) int {
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return 1
}

// count takes the number of the things that follow, of which each has a byte or
// more.
func (d *decoder) count() int {
	v, n := binary.Uvarint(d.rest)
	d.skip(n)
	if v > uint64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return 0
	}
	return int(v)
}

func (d *decoder) bytes() (b []byte) {
	n := d.count()
	b, d.rest = d.rest[:n:n], d.rest[n:]
	return b
}

func (d *decoder) list() [][]byte {
	list := make([][]byte, d.count())
	for i := range list {
		list[i] = d.bytes()
	}
	return list
}
