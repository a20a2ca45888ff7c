// Package wire writes and reads messages of protocols without the protobuf library, which
// takes half a millisecond of each start to get ready for the first message: much for a
// hit of thinrex cc. It is for the few messages that are keys, or that lie on the disk.
//
// Messages are written in the API's canonical form: fields in the order of their numbers,
// without those that have their default. The caller keeps the order. The protobuf library
// doesn't promise to write a message in the same way in all its versions. TestMessages in
// package action and FuzzReadEntry in package store compare it with this package.
package wire

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Field is the number of a field in its message.
type Field = protowire.Number

// A Message is one that is being written. Its zero value is an empty one.
type Message struct {
	bytes []byte
	err   error // a text isn't UTF-8
}

// Grow makes room for so many bytes more.
func (m *Message) Grow(n int) { m.bytes = slices.Grow(m.bytes, n) }

// Data writes a field that is bytes.
func (m *Message) Data(field Field, data []byte) {
	if len(data) > 0 {
		m.bytes = protowire.AppendTag(m.bytes, field, protowire.BytesType)
		m.bytes = protowire.AppendBytes(m.bytes, data)
	}
}

// Text writes a field that is a string.
func (m *Message) Text(field Field, s string) {
	if s != "" {
		m.Texts(field, s)
	}
}

// Texts writes a field that is a list of strings.
func (m *Message) Texts(field Field, list ...string) {
	for _, s := range list {
		if !utf8.ValidString(s) {
			m.err = fmt.Errorf("%q isn't UTF-8", s)
		}
		m.bytes = protowire.AppendTag(m.bytes, field, protowire.BytesType)
		m.bytes = protowire.AppendString(m.bytes, s)
	}
}

// Number writes a field that is a number.
func (m *Message) Number(field Field, n int64) {
	if n != 0 {
		m.bytes = protowire.AppendTag(m.bytes, field, protowire.VarintType)
		m.bytes = protowire.AppendVarint(m.bytes, uint64(n))
	}
}

// Flag writes a field that is true or false.
func (m *Message) Flag(field Field, is bool) { m.Number(field, int64(protowire.EncodeBool(is))) }

// Part writes a field that is a message, which fill writes to m.
func (m *Message) Part(field Field, fill func()) {
	m.bytes = protowire.AppendTag(m.bytes, field, protowire.BytesType)
	start := len(m.bytes)
	fill()
	var length [10]byte // at most
	m.bytes = slices.Insert(m.bytes, start, protowire.AppendVarint(length[:0], uint64(len(m.bytes)-start))...)
}

// Bytes returns what was written. It fails if a text isn't UTF-8.
func (m *Message) Bytes() ([]byte, error) { return m.bytes, m.err }
