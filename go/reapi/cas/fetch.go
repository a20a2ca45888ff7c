package cas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"thinrex/go/digest"
)

// downloads get blobs from the CAS, small ones in batches, and verify them.
type downloads struct {
	*wire
	damage  *damage
	batches *batcher[*request]
	noBatch atomic.Bool // the service has no BatchReadBlobs
}

func newDownloads(w *wire, d *damage) *downloads {
	r := &downloads{wire: w, damage: d}
	r.batches = &batcher[*request]{
		atOnce:     batchesAtOnce,
		background: w.background,
		call:       r.readBatch,
		fit: func(waiting []*request) int {
			return fitBatch(w, waiting, func(q *request) int64 { return q.digest.Size })
		},
	}
	return r
}

// Fetch returns blobs whose bytes are verified against their digests. If one isn't
// there, or is damaged, the error wraps ErrUnreadable.
func (c *Client) Fetch(ctx context.Context, digests []digest.Digest) (map[digest.Digest][]byte, error) {
	return c.downloads.fetch(ctx, digests)
}

// TakeInlined reports whether bytes that came within another message are those of
// a digest. If so, they count as downloaded.
func (c *Client) TakeInlined(d digest.Digest, data []byte) bool {
	if int64(len(data)) != d.Size || c.wire.opts.Function.Of(data) != d {
		return false
	}
	c.wire.downloaded.Add(d.Size)
	return true
}

func (r *downloads) fetch(ctx context.Context, digests []digest.Digest) (map[digest.Digest][]byte, error) {
	limits, err := r.opts.Limits(ctx)
	if err != nil {
		return nil, err
	}
	var batched []*request
	alone := digests
	if !r.noBatch.Load() {
		alone = nil
		for _, d := range digests {
			if d.Size+perBlob > limits.MaxBatch {
				alone = append(alone, d)
			} else {
				batched = append(batched, &request{digest: d, ctx: ctx, done: make(chan struct{})})
			}
		}
		r.batches.enqueue(batched...)
	}
	blobs := make(map[digest.Digest][]byte, len(digests))
	for _, d := range alone {
		if blobs[d], err = r.readStream(ctx, d, limits); err != nil {
			return nil, err
		}
	}
	for _, q := range batched {
		if blobs[q.digest], err = r.received(ctx, q, limits); err != nil {
			return nil, err
		}
	}
	return blobs, nil
}

// errMismatch says that bytes from the service aren't those of a digest.
var errMismatch = errors.New("other bytes than its digest says")

// verified reads a blob, and no more than its size.
func (w *wire) verified(d digest.Digest, r io.Reader, zstd bool) ([]byte, error) {
	if zstd {
		decoder, err := newDecoder(r)
		if err != nil {
			return nil, err
		}
		defer decoder.release()
		r = decoder
	}
	data, err := readSized(r, d.Size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMismatch, err)
	}
	if w.opts.Function.Of(data) != d {
		return nil, errMismatch
	}
	return data, nil
}

// unproved is how much memory a size gets before any of its bytes has come.
const unproved = 1 << 20

// readSized reads size bytes, which must be all that there are.
func readSized(r io.Reader, size int64) ([]byte, error) {
	data := make([]byte, min(size, unproved))
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	if int64(len(data)) < size {
		data = append(make([]byte, 0, size), data...)[:size]
		if _, err := io.ReadFull(r, data[unproved:]); err != nil {
			return nil, err
		}
	}
	if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, errTooMuch
	}
	return data, nil
}
