package reapi_test

import (
	"fmt"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/internal/cachetest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// A client is a cache like any other, whether blobs come inlined, in batches or as
// streams.
func TestCacheConformance(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]reapitest.Options{
		"batches": {StreamsReplace: true},
		"inlined": {StreamsReplace: true, Inline: true},
		"streams": {StreamsReplace: true, Capabilities: smallBatches},
		"zstd": {
			StreamsReplace: true,
			Capabilities:   func(caps *repb.ServerCapabilities) { reapitest.AnnounceZstd(caps, true) },
		},
	} {
		for _, function := range []digest.Function{digest.SHA256, digest.BLAKE3} {
			t.Run(fmt.Sprint(name, " ", function), func(t *testing.T) {
				t.Parallel()
				served := o
				served.DigestFunctions = []digest.Function{function}
				open := func(t *testing.T) cachetest.Fixture { return openCache(t, served) }
				cachetest.Suite{Function: function, Open: open}.Run(t)
			})
		}
	}
}

// openCache returns a new service, as two clients see it.
func openCache(t *testing.T, o reapitest.Options) cachetest.Fixture {
	s := reapitest.StartT(t, o)
	setup := func(client *reapi.Options) { client.Function, client.Compress = o.DigestFunctions[0], true }
	return cachetest.Fixture{
		Cache:      dial(t, s, asCache, setup),
		Other:      dial(t, s, asCache, setup),
		PutBlob:    s.PutBlobAs,
		RemoveBlob: s.RemoveBlob,
		PutEntry:   s.PutActionResult,
	}
}
