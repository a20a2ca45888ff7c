package reapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// damage is what a link knows of blobs that are damaged in the CAS: other
// bytes than their digest says, or none, though FindMissingBlobs says that
// they are there. Neither a client nor a worker that asks first ever uploads
// such a blob again, so every link would meet it.
type damage struct {
	turn chan struct{} // one mends at a time, so that each blob is read and uploaded once

	mu       sync.Mutex
	noted    map[digest.Digest]bool      // a read has shown it
	checked  map[digest.Digest]bool      // was read by mend
	replaced map[digest.Digest]time.Time // uploaded without asking, until when
	hopeless map[digest.Digest]bool      // and still damaged
	nothing  int                         // how many mends found nothing
}

// lookEnough is after how many mends that found nothing no more blobs are read
// back in a link: what fails has other reasons, and reading costs.
const lookEnough = 3

func newDamage() *damage {
	return &damage{
		turn: make(chan struct{}, 1), noted: map[digest.Digest]bool{}, checked: map[digest.Digest]bool{},
		replaced: map[digest.Digest]time.Time{}, hopeless: map[digest.Digest]bool{},
	}
}

func (d *damage) note(blob digest.Digest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.noted[blob] = true
}

func (d *damage) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.noted) > 0
}

// of returns those of the blobs that are noted.
func (d *damage) of(blobs []Blob) (damaged []Blob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range blobs {
		if d.noted[b.Digest] {
			damaged = append(damaged, b)
		}
	}
	return damaged
}

// ErrDamaged says that a blob is damaged in the CAS and stays so: the service
// takes another upload of it, and keeps what it has.
var ErrDamaged = errors.New("is damaged in the CAS, and uploading it again doesn't replace it: have it removed there")

// beyondHope returns an error if one of the blobs is damaged for good.
func (c *Client) beyondHope(blobs []Blob) error {
	c.damage.mu.Lock()
	defer c.damage.mu.Unlock()
	for _, b := range blobs {
		if c.damage.hopeless[b.Digest] {
			return c.cache.failure("", fmt.Errorf("blob %s %w", b, ErrDamaged))
		}
	}
	return nil
}

// mend reads blobs back that the service should have, each once per link, and
// uploads what is damaged again without asking whether it is there. It reports
// whether any was replaced after since, by it or by another call. If none is
// damaged, and blind is set, all are uploaded, once per link: a worker may see
// another copy than we.
func (c *Client) mend(ctx context.Context, blobs []Blob, since time.Time, blind bool) (replaced bool, err error) {
	d := c.damage
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if d.lookedEnough() && len(d.of(blobs)) == 0 {
		return d.replacedSince(blobs, since), nil
	}
	if err := c.readBack(ctx, d.unchecked(blobs)); err != nil {
		return false, err
	}
	bad := d.of(blobs)
	if len(bad) == 0 && !d.replacedSince(blobs, since) {
		d.foundNothing()
		if blind {
			bad = blobs
		}
	}
	if err := c.replaceBad(ctx, d.unreplaced(bad)); err != nil {
		return false, err
	}
	if err := c.beyondHope(blobs); err != nil {
		return false, err
	}
	return d.replacedSince(blobs, since), nil
}

// replaceBad uploads blobs again, and sees whether it has helped those that
// are known to be damaged.
func (c *Client) replaceBad(ctx context.Context, bad []Blob) error {
	if err := c.uploads.replace(ctx, bad); err != nil {
		return err
	}
	again := c.damage.replace(bad)
	if err := c.readBack(ctx, again); err != nil {
		return err
	}
	c.damage.giveUp(again)
	return nil
}

// mendResult replaces what is damaged of a result's own blobs.
func (c *Client) mendResult(ctx context.Context, r *action.Result) error {
	damaged := c.damage.of(c.blobsOfResult(r))
	if len(damaged) == 0 {
		return nil
	}
	_, err := c.mend(ctx, damaged, time.Time{}, false)
	return err
}

// unchecked returns what mend is to read, and remembers that it has.
func (d *damage) unchecked(blobs []Blob) (unread []Blob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range blobs {
		if b.Digest.Size > 0 && !d.checked[b.Digest] && !d.noted[b.Digest] {
			d.checked[b.Digest] = true
			unread = append(unread, b)
		}
	}
	return unread
}

func (d *damage) unreplaced(blobs []Blob) []Blob {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(blobs), func(b Blob) bool {
		return b.Digest.Size == 0 || !d.replaced[b.Digest].IsZero()
	})
}

func (d *damage) foundNothing() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nothing++
}

func (d *damage) lookedEnough() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.nothing >= lookEnough
}

// replace notes that blobs were uploaded, and returns those of them that were
// known to be damaged, which are to be read to see whether that has helped.
func (d *damage) replace(blobs []Blob) (again []Blob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range blobs {
		d.replaced[b.Digest] = time.Now()
		if d.noted[b.Digest] {
			delete(d.noted, b.Digest)
			again = append(again, b)
		}
	}
	return again
}

// giveUp takes for hopeless what is still damaged.
func (d *damage) giveUp(blobs []Blob) {
	for _, b := range d.of(blobs) {
		d.mu.Lock()
		d.hopeless[b.Digest] = true
		d.mu.Unlock()
	}
}

func (d *damage) replacedSince(blobs []Blob, since time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(blobs, func(b Blob) bool { return d.replaced[b.Digest].After(since) })
}

// readsBack is how many blobs are read back at once; small ones share batches.
const readsBack = 64

// readBack reads blobs to see whether they are sound. Those that aren't are
// noted; an error is the service's.
func (c *Client) readBack(ctx context.Context, blobs []Blob) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readsBack)
	for _, b := range blobs {
		g.Go(func() error {
			release, err := c.hold(ctx, b.Digest.Size)
			if err != nil {
				return err
			}
			defer release()
			if err := c.fetch(ctx, []digest.Digest{b.Digest}, fetched{}); err != nil && !isBroken(err) {
				return err
			}
			return nil
		})
	}
	return g.Wait()
}
