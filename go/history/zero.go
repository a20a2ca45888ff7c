package history

import (
	"errors"
	"strings"
	"time"

	"thinrex/go/host/memo"
)

// CountFrom makes totals begin at a time: thinrex stats --zero. It removes no record, so
// that links and compilations may end meanwhile, and other commands still know the past.
func (f Folder) CountFrom(at time.Time) error {
	if !f.IsKept() {
		return errors.New("there is no history")
	}
	text := at.UTC().Format(time.RFC3339Nano)
	return memo.Write(memo.Path(f.state, memo.CountedFrom), []byte(text+"\n"))
}

// CountedFrom returns the time that CountFrom was given last; ok is false if there is none.
func (f Folder) CountedFrom() (at time.Time, ok bool) {
	data, ok := memo.Read(memo.Path(f.state, memo.CountedFrom))
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(data)))
	return at, err == nil
}
