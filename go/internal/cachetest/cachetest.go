// Package cachetest is the conformance suite that every action.Cache passes: the one
// on disk, a remote one, and what stands before these. A cache that it accepts never
// hands out wrong bytes, whatever becomes of what it holds.
package cachetest

import (
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// A Suite tests one kind of cache.
type Suite struct {
	Function digest.Function
	Open     func(t *testing.T) Fixture // with no content, for each test anew
}

// A Fixture is one content with all that a test does to it.
type Fixture struct {
	Cache action.Cache
	Other action.Cache // the same content, as another process has it

	PutBlob    func(d digest.Digest, data []byte)               // under a digest that needn't be its own
	RemoveBlob func(d digest.Digest)                            // as if it had been pruned
	PutEntry   func(action digest.Digest, r *repb.ActionResult) // whatever it refers to
}

// Run tests a kind of cache.
func (s Suite) Run(t *testing.T) {
	for name, test := range map[string]func(*testing.T, Suite){
		"AMissIsNil":                    missIsNil,
		"StoredIsFound":                 storedIsFound,
		"AnotherActionIsntFound":        anotherActionIsntFound,
		"TheLastResultIsFound":          lastResultIsFound,
		"ManyStoreOneAction":            manyStoreOneAction,
		"ManyStoreManyActions":          manyStoreManyActions,
		"EndedContext":                  endedContext,
		"UnsoundResultsArentHandedOut":  unsoundResults,
		"DamagedBlobsArentHandedOut":    damagedBlobs,
		"DamagedEntriesArentHandedOut":  damagedEntries,
		"ImpossibleTimesAreUnknown":     impossibleTimes,
		"CallersMayChangeWhatTheyFound": callersMayChange,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}
