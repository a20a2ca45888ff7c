package cas

import (
	"slices"
	"sync"
	"time"

	"thinrex/go/digest"
)

// damage is what a link knows about blobs that are damaged in the CAS: they have
// other bytes than their digest says, or none, although FindMissingBlobs says that
// they are there. Neither a client nor a worker that asks first ever uploads such
// a blob again, so every link would meet it.
type damage struct {
	turn chan struct{} // one Mend at a time, so that each blob is read and uploaded once

	mu       sync.Mutex
	noted    map[digest.Digest]bool      // a read has shown the damage
	checked  map[digest.Digest]bool      // Mend has read the blob
	replaced map[digest.Digest]time.Time // when the blob was uploaded without asking
	hopeless map[digest.Digest]bool      // the blob is still damaged after that
	nothing  int                         // how many calls of Mend have found nothing
}

// lookEnough is how many calls of Mend may find nothing until no more blobs are
// read back in a link: what fails has other reasons, and reading costs time.
const lookEnough = 3

func newDamage() *damage {
	return &damage{
		turn:     make(chan struct{}, 1),
		noted:    map[digest.Digest]bool{},
		checked:  map[digest.Digest]bool{},
		replaced: map[digest.Digest]time.Time{},
		hopeless: map[digest.Digest]bool{},
	}
}

// note remembers that a read has shown a blob to be damaged.
func (d *damage) note(blob digest.Digest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.noted[blob] = true
}

// hasAny reports whether a read has shown damage.
func (d *damage) hasAny() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.noted) > 0
}

// among returns those of the blobs that are known to be damaged.
func (d *damage) among(blobs []Blob) (damaged []Blob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range blobs {
		if d.noted[b.Digest] {
			damaged = append(damaged, b)
		}
	}
	return damaged
}

// firstHopeless returns one of the blobs that is damaged for good.
func (d *damage) firstHopeless(blobs []Blob) (b Blob, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(blobs, func(b Blob) bool { return d.hopeless[b.Digest] })
	if i < 0 {
		return Blob{}, false
	}
	return blobs[i], true
}

// takeUnchecked returns those of the blobs that Mend has yet to read, and
// remembers that it does.
func (d *damage) takeUnchecked(blobs []Blob) (unread []Blob) {
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

// unreplaced returns those of the blobs that Mend hasn't uploaded.
func (d *damage) unreplaced(blobs []Blob) []Blob {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(blobs), func(b Blob) bool {
		return b.Digest.Size == 0 || !d.replaced[b.Digest].IsZero()
	})
}

// foundNothing counts a call of Mend that has found nothing.
func (d *damage) foundNothing() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.nothing++
}

// hasLookedEnough reports whether no more blobs are to be read back.
func (d *damage) hasLookedEnough() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.nothing >= lookEnough
}

// noteReplaced remembers that blobs were uploaded. It returns those of them that
// were known to be damaged; they are to be read again to see whether it has
// helped.
func (d *damage) noteReplaced(blobs []Blob) (again []Blob) {
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

// giveUpDamaged makes those of the blobs hopeless that are still damaged.
func (d *damage) giveUpDamaged(blobs []Blob) {
	for _, b := range d.among(blobs) {
		d.mu.Lock()
		d.hopeless[b.Digest] = true
		d.mu.Unlock()
	}
}

// replacedSince reports whether Mend has uploaded one of the blobs after a time.
func (d *damage) replacedSince(blobs []Blob, since time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(blobs, func(b Blob) bool { return d.replaced[b.Digest].After(since) })
}
