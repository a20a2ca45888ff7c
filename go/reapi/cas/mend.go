package cas

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// KnowsDamage reports whether a read has shown a blob to be damaged.
func (c *Client) KnowsDamage() bool { return c.damage.hasAny() }

// Damaged returns those of the blobs that are known to be damaged in the CAS.
func (c *Client) Damaged(blobs []Blob) []Blob { return c.damage.among(blobs) }

// CheckHopeless returns an error that wraps action.ErrDamaged if one of the blobs is
// damaged for good.
func (c *Client) CheckHopeless(blobs []Blob) error {
	if b, found := c.damage.firstHopeless(blobs); found {
		return c.wire.service.Failure("", fmt.Errorf("blob %s %w", b, action.ErrDamaged))
	}
	return nil
}

// Mend reads blobs back that the service should have, each once per link, and
// uploads damaged ones again without asking whether they are there. It reports
// whether any was replaced after since, by this call or another. If none is
// damaged, and blind is set, all are uploaded, once per link: a worker may see
// another copy than we.
func (c *Client) Mend(ctx context.Context, blobs []Blob, since time.Time, blind bool) (replaced bool, err error) {
	d := c.damage
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if d.hasLookedEnough() && len(d.among(blobs)) == 0 {
		return d.replacedSince(blobs, since), nil
	}
	if err := c.readBack(ctx, d.takeUnchecked(blobs)); err != nil {
		return false, err
	}
	damaged := d.among(blobs)
	if len(damaged) == 0 && !d.replacedSince(blobs, since) {
		d.foundNothing()
		if blind {
			damaged = blobs
		}
	}
	if err := c.replaceDamaged(ctx, d.unreplaced(damaged)); err != nil {
		return false, err
	}
	if err := c.CheckHopeless(blobs); err != nil {
		return false, err
	}
	return d.replacedSince(blobs, since), nil
}

// replaceDamaged uploads blobs again, and reads those that are known to be damaged
// to see whether it has helped.
func (c *Client) replaceDamaged(ctx context.Context, damaged []Blob) error {
	if err := c.uploads.replace(ctx, damaged); err != nil {
		return err
	}
	again := c.damage.noteReplaced(damaged)
	if err := c.readBack(ctx, again); err != nil {
		return err
	}
	c.damage.giveUpDamaged(again)
	return nil
}

// readsBack is how many blobs are read back at once; small ones share batches.
const readsBack = 64

// readBack reads blobs to see whether they are sound. Damaged ones are noted; an
// error says that the service failed.
func (c *Client) readBack(ctx context.Context, blobs []Blob) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readsBack)
	for _, b := range blobs {
		g.Go(func() error {
			memory, err := c.Reserve(ctx, b.Digest.Size)
			if err != nil {
				return err
			}
			defer memory.Release()
			_, err = c.Fetch(ctx, []digest.Digest{b.Digest})
			if errors.Is(err, ErrUnreadable) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}
