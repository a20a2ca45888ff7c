package history

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// encode returns the record as JSON. A hit takes some milliseconds, of which encoding/json
// would take 2 % to look at the type.
func (c *Compilation) encode() ([]byte, error) {
	if c.Outcome == Hit {
		return c.encodeHit(), nil
	}
	return json.Marshal(c)
}

// encodeHit writes the fields that the record of a hit may have, as encoding/json does.
func (c *Compilation) encodeHit() []byte {
	o := object{append(make([]byte, 0, 1000), '{')}
	o.integer("version", int64(c.Version))
	o.text("started", c.Started.Format(time.RFC3339Nano))
	o.text("host", c.Host)
	o.text("dir", c.Dir)
	o.text("project", c.Project)
	o.optional("source", c.Source)
	o.optional("output", c.Output)
	o.text("phase", string(c.Phase))
	o.text("outcome", string(c.Outcome))
	o.optional("from", c.From)
	o.optional("key", c.Key)
	o.short("args", c.Args)
	o.short("compiler", c.Compiler)
	o.short("env", c.Env)
	o.short("content", c.Content)
	o.number("seconds", c.Seconds)
	if c.Ran != 0 {
		o.number("ran_seconds", c.Ran)
	}
	if c.Bytes != 0 {
		o.integer("bytes", c.Bytes)
	}
	return append(o.data, '}')
}

// An object is a JSON object that is being written.
type object struct{ data []byte }

// key takes names without characters that need an escape.
func (o *object) key(name string) {
	if o.data[len(o.data)-1] != '{' {
		o.data = append(o.data, ',')
	}
	o.data = append(o.data, '"')
	o.data = append(o.data, name...)
	o.data = append(o.data, '"', ':')
}

func (o *object) text(name, value string) {
	o.key(name)
	o.value(value)
}

// optional leaves out an empty text.
func (o *object) optional(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) short(name string, value Short) {
	if value != 0 {
		o.key(name)
		o.data = append(appendHex(append(o.data, '"'), uint64(value)), '"')
	}
}

func (o *object) integer(name string, value int64) {
	o.key(name)
	o.data = strconv.AppendInt(o.data, value, 10)
}

func (o *object) number(name string, value float64) {
	o.key(name)
	o.data = strconv.AppendFloat(o.data, value, 'f', -1, 64)
}

// value appends a text as encoding/json does: readers look for texts in lines before they
// decode them.
func (o *object) value(text string) {
	if strings.ContainsFunc(text, needsEscape) {
		data, _ := json.Marshal(text) // which never fails for a text
		o.data = append(o.data, data...)
		return
	}
	o.data = append(o.data, '"')
	o.data = append(o.data, text...)
	o.data = append(o.data, '"')
}

// needsEscape reports whether JSON may write a character in another way, or whether it is
// none.
func needsEscape(r rune) bool { return r < ' ' || r >= 0x7f || strings.ContainsRune(`"\<>&`, r) }
