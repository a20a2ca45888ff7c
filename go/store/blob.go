package store

import (
	"errors"
	"fmt"
	"os"

	"thinrex/go/digest"
)

// errDamaged says that a blob doesn't match its digest.
var errDamaged = errors.New("doesn't match its digest")

// blob returns the content of the blob with a digest, which it has verified. A damaged
// one is removed.
func (s *Store) blob(d digest.Digest) ([]byte, error) {
	path := s.path(casFolder, d)
	data, err := readUsed(path)
	if err != nil {
		return nil, err
	}
	if s.function.Of(data) != d {
		return nil, errors.Join(fmt.Errorf("%s %w", path, errDamaged), discard(path))
	}
	return data, nil
}

// put stores a blob, unless a file of its size is there already. If that one is damaged,
// the next reader removes it; if it can't be opened, it is replaced.
func (s *Store) put(d digest.Digest, data []byte) error {
	path := s.path(casFolder, d)
	if f, err := os.Open(path); err == nil {
		fi, err := f.Stat()
		if f.Close(); err == nil && fi.Size() == d.Size {
			touch(path)
			return nil
		}
	}
	return s.write(path, data)
}
