package digest

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads what String prints, and a hash alone, whose digest has a negative size.
func Parse(text string) (Digest, error) {
	hash, number, sized := strings.Cut(text, "/")
	size := int64(0)
	if sized {
		var err error
		if size, err = strconv.ParseInt(number, 10, 64); err != nil {
			return Digest{}, fmt.Errorf("%q isn't a digest: HASH/SIZE", text)
		}
	}
	d := Digest{Hash: hash, Size: size}
	if err := d.Check(); err != nil {
		return Digest{}, err
	}
	if !sized {
		d.Size = -1
	}
	return d, nil
}
