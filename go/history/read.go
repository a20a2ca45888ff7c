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
		record, ok := decode(line, about, &unread)
		if _, started := about(record); ok && !started.Before(since) {
			list = append(list, record)
		}
	})
	sortByStart(list, about)
	return list, unread, err
}

// readLast returns the last records of a log, at most so many. The others aren't decoded,
// which takes most of the time of reading.
func readLast[T any](l log, about func(T) (int, time.Time), most int) (list []T, unread Unread, err error) {
	if l.state == "" {
		return nil, unread, nil
	}
	var last [][]byte
	err = l.read(func(line []byte) { last = append(last, line) })
	for _, line := range last[max(0, len(last)-most):] {
		if record, ok := decode(line, about, &unread); ok {
			list = append(list, record)
		}
	}
	sortByStart(list, about)
	return list, unread, err
}

// readWith returns the records of a log whose lines have a text. The others aren't decoded.
func readWith[T any](l log, about func(T) (int, time.Time), text string) (list []T, unread Unread, err error) {
	if l.state == "" {
		return nil, unread, nil
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return nil, unread, err
	}
	part := quoted[1 : len(quoted)-1]
	err = l.read(func(line []byte) {
		if !bytes.Contains(line, part) {
			return
		}
		if record, ok := decode(line, about, &unread); ok {
			list = append(list, record)
		}
	})
	sortByStart(list, about)
	return list, unread, err
}

// decode reads a record that has the version of this package. Others are counted.
func decode[T any](line []byte, about func(T) (int, time.Time), unread *Unread) (record T, ok bool) {
	if err := json.Unmarshal(line, &record); err != nil {
		unread.count(versionOf(line))
		return record, false
	}
	version, _ := about(record)
	if version != Version {
		unread.count(version)
	}
	return record, version == Version
}

// sortByStart sorts records, which are in the order in which things ended.
func sortByStart[T any](list []T, about func(T) (int, time.Time)) {
	slices.SortStableFunc(list, func(a, b T) int {
		_, x := about(a)
		_, y := about(b)
		return x.Compare(y)
	})
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
