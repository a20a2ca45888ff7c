package action

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"thinrex/go/digest"
)

// A message is a protocol message in the API's canonical form: its fields are written in
// the order of their numbers, without those that have their default.
//
// The digests of messages are keys. The protobuf library doesn't promise to write a
// message in the same way in all its versions, and takes half a millisecond of each start
// to get ready for the first one. TestMessages compares both.
type message struct {
	bytes []byte
	err   error // a text isn't UTF-8
}

// data writes a field that is bytes.
func (m *message) data(field protowire.Number, data string) {
	if data != "" {
		m.bytes = protowire.AppendTag(m.bytes, field, protowire.BytesType)
		m.bytes = protowire.AppendString(m.bytes, data)
	}
}

// text writes a field that is a string.
func (m *message) text(field protowire.Number, s string) {
	if s != "" {
		m.texts(field, s)
	}
}

// texts writes a field that is a list of strings.
func (m *message) texts(field protowire.Number, list ...string) {
	for _, s := range list {
		if !utf8.ValidString(s) {
			m.err = fmt.Errorf("%q isn't UTF-8", s)
		}
		m.bytes = protowire.AppendTag(m.bytes, field, protowire.BytesType)
		m.bytes = protowire.AppendString(m.bytes, s)
	}
}

func (m *message) number(field protowire.Number, n int64) {
	if n != 0 {
		m.bytes = protowire.AppendTag(m.bytes, field, protowire.VarintType)
		m.bytes = protowire.AppendVarint(m.bytes, uint64(n))
	}
}

func (m *message) flag(field protowire.Number, is bool) {
	m.number(field, int64(protowire.EncodeBool(is)))
}

// part writes a field that is a message, which fill writes.
func (m *message) part(field protowire.Number, fill func()) {
	m.bytes = protowire.AppendTag(m.bytes, field, protowire.BytesType)
	start := len(m.bytes)
	fill()
	var length [10]byte // at most
	m.bytes = slices.Insert(m.bytes, start, protowire.AppendVarint(length[:0], uint64(len(m.bytes)-start))...)
}

// pair writes a field that is a name and a value: a variable or a property.
func (m *message) pair(field protowire.Number, name, value string) {
	m.part(field, func() {
		m.text(1, name)
		m.text(2, value)
	})
}

func (m *message) digest(field protowire.Number, d digest.Digest) {
	m.part(field, func() {
		m.text(1, d.Hash)
		m.number(2, d.Size)
	})
}

// seal returns the message and its digest.
func (m *message) seal(function digest.Function) ([]byte, digest.Digest, error) {
	return m.bytes, function.Of(m.bytes), m.err
}
