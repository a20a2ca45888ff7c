package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"thinrex/go/host/memo"
)

// A log is a file of records, one in each line, to which many processes append. When it is
// as long as its limit, the next file begins, and the one before the last is removed. So
// the last two files are kept. No lock is needed, and nobody loses a record to it: a
// process that still writes to an older file writes to one that is read.
type log struct {
	state string
	kind  memo.Kind
	limit int64 // bytes of one file
}

const (
	linkLimit        = 4 << 20  // some 5,000 links
	compilationLimit = 12 << 20 // some 20,000 compilations
	longestRecord    = 256 << 10
)

func (f Folder) log(kind memo.Kind) log {
	limit := int64(linkLimit)
	if kind == memo.CompilationHistory {
		limit = compilationLimit
	}
	return log{f.state, kind, limit}
}

// add appends a record, which is JSON without line ends. It gets a line end before it as well
// as behind it: what was written before it may be torn, and what is written after it may be
// the rest of a torn one.
func (l log) add(record []byte) error {
	if len(record) > longestRecord {
		return fmt.Errorf("a record of %d bytes is too long for the history", len(record))
	}
	path, err := l.current()
	if err != nil {
		return err
	}
	line := make([]byte, 0, len(record)+2)
	line = append(line, '\n')
	line = append(line, record...)
	return memo.Append(path, append(line, '\n'))
}

// current returns the file to append to.
func (l log) current() (path string, err error) {
	files := l.files()
	if len(files) == 0 {
		return l.path(1), nil
	}
	last := files[len(files)-1]
	fi, err := os.Stat(l.path(last))
	if err != nil || fi.Size() < l.limit {
		return l.path(last), nil // Append says what is wrong
	}
	next := l.path(last + 1)
	began, err := memo.Create(next)
	if began {
		for _, old := range files[:len(files)-1] {
			os.Remove(l.path(old)) // another process may have been faster
		}
	}
	return next, err
}

func (l log) path(n int) string { return memo.Path(l.state, l.kind, fmt.Sprintf("%06d", n)) }

// files returns the numbers of the files that there are, the oldest first.
func (l log) files() (numbers []int) {
	pattern := memo.Path(l.state, l.kind, "*")
	dir, err := os.Open(filepath.Dir(pattern))
	if err != nil {
		return nil
	}
	defer dir.Close()
	before, behind, _ := strings.Cut(filepath.Base(pattern), "*")
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		number, _ := strings.CutPrefix(strings.TrimSuffix(name, behind), before)
		n, err := strconv.Atoi(number)
		if err == nil && n > 0 && filepath.Base(l.path(n)) == name {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// read returns the records of a log that are readable, in their order.
func (l log) read(each func(line []byte)) error {
	var errs []error
	for _, n := range l.files() {
		data, err := readEnd(l.path(n), 2*l.limit)
		if errors.Is(err, os.ErrNotExist) {
			continue // it was removed meanwhile
		}
		errs = append(errs, err)
		for line := range lines(data) {
			each(line)
		}
	}
	return errors.Join(errs...)
}

// readEnd reads a file, but no more than its last bytes: writers keep to the limit, and
// somebody else may not.
func readEnd(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if fi, err := f.Stat(); err == nil && fi.Size() > most {
		if _, err := f.Seek(-most, io.SeekEnd); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(f, most))
}
