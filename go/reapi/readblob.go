package reapi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"thinrex/go/digest"
	"thinrex/go/reapi/cas"
)

// Blob returns a blob of the CAS that has its digest. The error wraps fs.ErrNotExist if the
// service has none, or a damaged one. The blob is in memory: its caller bounds its size.
func (c *Client) Blob(ctx context.Context, d digest.Digest) ([]byte, error) {
	if d == c.services.opts.Function.Of(nil) {
		return nil, nil // some services have no empty blob
	}
	found, err := c.cache.blobs.Fetch(ctx, []digest.Digest{d})
	if errors.Is(err, cas.ErrUnreadable) {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return found[d], err
}
