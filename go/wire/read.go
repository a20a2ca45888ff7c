package wire

import "google.golang.org/protobuf/encoding/protowire"

// A Value is a field that was read.
type Value struct {
	Field  Field
	IsText bool   // a string, bytes or a message, not a number
	Text   []byte // part of the message
	Number uint64
}

// Read calls take for each field of a message, until it returns false. It reports whether
// the whole message was taken. The fields must be texts and numbers, in their order, each
// once but for that of a list; 0 for no list. The protobuf library reads all other
// messages, too.
func Read(data []byte, list Field, take func(Value) bool) bool {
	for last := Field(0); len(data) > 0; {
		field, kind, n := protowire.ConsumeTag(data)
		if n < 0 || field < last || field == last && field != list {
			return false
		}
		data, last = data[n:], field
		v := Value{Field: field}
		switch kind {
		case protowire.BytesType:
			v.IsText = true
			v.Text, n = protowire.ConsumeBytes(data)
		case protowire.VarintType:
			v.Number, n = protowire.ConsumeVarint(data)
		default:
			return false
		}
		if n < 0 || !take(v) {
			return false
		}
		data = data[n:]
	}
	return true
}
