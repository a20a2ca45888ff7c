package wire

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Value is a field that was read.
type Value struct {
	Field    Field
	IsText   bool   // a string, bytes or a message
	Text     []byte // part of the message
	IsNumber bool
	Number   uint64
}

// A Reader reads messages and the messages in them, and notes what is special about these.
// It takes what the protobuf library takes.
type Reader struct {
	Damaged bool // something isn't a message, or a string isn't UTF-8
	Foreign bool // there is a field that isn't known, or not in the order of their numbers
}

// Message calls take for each field of a message, until something is damaged. take returns
// false for a field that it doesn't know. Only the field with the number list is expected
// more than once; 0 for none. The parts of one message may come in several fields.
func (r *Reader) Message(data []byte, list Field, take func(Value) bool) {
	for last := Field(0); len(data) > 0 && !r.Damaged; {
		field, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			r.Damaged = true
			return
		}
		data = data[n:]
		if field < last || field == last && field != list {
			r.Foreign = true
		}
		last = field
		v := Value{Field: field}
		switch kind {
		case protowire.BytesType:
			v.IsText = true
			v.Text, n = protowire.ConsumeBytes(data)
		case protowire.VarintType:
			v.IsNumber = true
			v.Number, n = protowire.ConsumeVarint(data)
		default:
			n = protowire.ConsumeFieldValue(field, kind, data)
		}
		if n < 0 {
			r.Damaged = true
			return
		}
		if !take(v) {
			r.Foreign = true
		}
		data = data[n:]
	}
}

// String returns the value of a field that is a string.
func (r *Reader) String(v Value) string {
	if !utf8.Valid(v.Text) {
		r.Damaged = true
	}
	return string(v.Text)
}
