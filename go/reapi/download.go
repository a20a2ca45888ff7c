package reapi

import (
	"context"
	"errors"
	"fmt"
	"io"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// What a service says about sizes is believed only up to these.
const (
	maxOutput = 1 << 30
	maxWords  = 16 << 20 // of a compiler
)

// fetched holds verified blobs.
type fetched map[digest.Digest][]byte

func (f fetched) get(d digest.Digest) ([]byte, error) {
	data, ok := f[d]
	if !ok {
		return nil, fmt.Errorf("%v wasn't fetched", d)
	}
	return data, nil
}

// heldAtOnce bounds the outputs that are in memory at once, in bytes.
const heldAtOnce = 128 << 20

// hold waits until there is room for size bytes. A larger output gets all the
// room there is.
func (c *Client) hold(ctx context.Context, size int64) (release func(), err error) {
	n := min(size, heldAtOnce)
	if err := c.held.Acquire(ctx, n); err != nil {
		return nil, context.Cause(ctx)
	}
	return func() { c.held.Release(n) }, nil
}

// resultSize is how much memory p's outputs take, and the words that it
// doesn't hold itself, by what it says.
func resultSize(p *repb.ActionResult) (size int64) {
	for _, f := range p.GetOutputFiles() {
		size += max(0, min(f.GetDigest().GetSizeBytes(), maxOutput))
	}
	if len(p.GetStdoutRaw()) == 0 {
		size += max(0, min(p.GetStdoutDigest().GetSizeBytes(), maxWords))
	}
	if len(p.GetStderrRaw()) == 0 {
		size += max(0, min(p.GetStderrDigest().GetSizeBytes(), maxWords))
	}
	return size
}

// fetchAll returns the blobs that p refers to: of declared outputs, and of
// what the compiler said. What p holds itself isn't fetched.
func (c *Client) fetchAll(ctx context.Context, a *action.Action, p *repb.ActionResult) (fetched, error) {
	have := fetched{}
	var want []digest.Digest
	add := func(ref *repb.Digest, inline []byte, limit int64) error {
		d, err := digest.FromProto(ref)
		if err != nil {
			return fmt.Errorf("%w: %w", errBroken, err)
		}
		if d.Size > limit {
			return fmt.Errorf("%w: %v is too large", errBroken, d)
		}
		switch _, twice := have[d]; {
		case twice:
		case int64(len(inline)) == d.Size && c.opts.Function.Of(inline) == d: // also the empty blob
			have[d] = inline
			c.downloaded.Add(d.Size)
		default:
			have[d] = nil
			want = append(want, d)
		}
		return nil
	}
	if len(p.GetOutputFiles()) > len(a.Outputs) {
		return nil, fmt.Errorf("%w: %d outputs, %d were asked for", errBroken, len(p.GetOutputFiles()), len(a.Outputs))
	}
	for _, f := range p.GetOutputFiles() {
		if err := add(f.GetDigest(), f.GetContents(), maxOutput); err != nil {
			return nil, fmt.Errorf("output %q: %w", f.GetPath(), err)
		}
	}
	for _, words := range []struct {
		raw []byte
		ref *repb.Digest
	}{{p.GetStdoutRaw(), p.GetStdoutDigest()}, {p.GetStderrRaw(), p.GetStderrDigest()}} {
		if len(words.raw) == 0 && words.ref != nil {
			if err := add(words.ref, nil, maxWords); err != nil {
				return nil, err
			}
		}
	}
	return have, c.fetch(ctx, want, have)
}

// fetch gets blobs into have: small ones in batches, others by themselves.
func (c *Client) fetch(ctx context.Context, want []digest.Digest, have fetched) error {
	offer, err := c.cacheOffer(ctx)
	if err != nil {
		return err
	}
	var small []*wanted
	alone := want
	if !c.noBatch.Load() {
		alone = nil
		for _, d := range want {
			if d.Size+perBlob > offer.maxBatch {
				alone = append(alone, d)
			} else {
				small = append(small, &wanted{digest: d, by: ctx, done: make(chan struct{})})
			}
		}
		c.reads.add(small...)
	}
	for _, d := range alone {
		if have[d], err = c.read(ctx, d, offer); err != nil {
			return err
		}
	}
	for _, w := range small {
		if have[w.digest], err = c.received(ctx, w, offer); err != nil {
			return err
		}
	}
	return nil
}

// verified reads a blob, and no more than it may be.
func (c *Client) verified(d digest.Digest, r io.Reader, zstd bool) ([]byte, error) {
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
		return nil, fmt.Errorf("%w: %v: %w", errBroken, d, err)
	}
	if c.opts.Function.Of(data) != d {
		return nil, fmt.Errorf("%w: the bytes of blob %v are others than its digest says", errBroken, d)
	}
	return data, nil
}

// unproved is how much memory a size gets before any of its bytes has come.
const unproved = 1 << 20

// readSized reads size bytes, which must be all there are.
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
