package history

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"time"
)

// read returns those records of a log that were started at some time or later. about tells a
// record's version and start.
func read[T any](l log, about func(T) (int, time.Time), since time.Time) (list []T, unread Unread, err error) {
	if l.state == "" {
		return nil, unread, nil
	}
	err = l.read(func(line []byte) {
		var record T
		if err := json.Unmarshal(line, &record); err != nil {
			unread.count(versionOf(line))
			return
		}
		version, started := about(record)
		if version != Version {
			unread.count(version)
		} else if !started.Before(since) {
			list = append(list, record)
		}
	})
	slices.SortStableFunc(list, func(a, b T) int { // records are in the order in which things ended
		_, x := about(a)
		_, y := about(b)
		return x.Compare(y)
	})
	return list, unread, err
}

// count counts a record with the version that it has.
func (u *Unread) count(version int) {
	if version > Version {
		u.Later++
	} else {
		u.Torn++
	}
}

// versionOf returns the version of a line that can't be read as a record, 0 if it has none.
func versionOf(line []byte) int {
	var record struct{ Version int }
	if json.Unmarshal(line, &record) != nil {
		return 0
	}
	return record.Version
}

// lines returns the lines of a log that aren't empty.
func lines(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for line := range bytes.Lines(data) {
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(line) {
				return
			}
		}
	}
}
