package reapi

import (
	"context"
	"errors"
	"fmt"
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
)

// An offer is what of a service's capabilities matters to us.
type offer struct {
	maxBatch           int64 // bytes of a batch message
	batchZstd          bool
	streamZstd         bool
	executes           bool
	updatesActionCache bool
}

// batchLimit is what a batch may be when the service sets no limit, or a
// larger one: gRPC refuses messages above 4 MiB.
const batchLimit = 4<<20 - 64<<10

// offerOf begins to ask a service, so that the answer is there when it is
// needed, and returns what waits for it.
func (c *Client) offerOf(e *endpoint) func(context.Context) (*offer, error) {
	var o *offer
	var err error
	answered := make(chan struct{})
	c.owned.Go(func() {
		defer close(answered)
		o, err = c.ask(e)
	})
	return func(ctx context.Context) (*offer, error) {
		select {
		case <-answered:
			return o, err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// ask gets a service's capabilities. A service that can't serve us is given
// up.
func (c *Client) ask(e *endpoint) (*offer, error) {
	var caps *repb.ServerCapabilities
	err := e.call(c.ctx, "GetCapabilities", func(ctx context.Context, _ *pulse) (err error) {
		caps, err = repb.NewCapabilitiesClient(e.conn).GetCapabilities(ctx, &repb.GetCapabilitiesRequest{InstanceName: c.opts.Instance})
		return err
	})
	if err == nil {
		err = c.suits(e, caps)
	}
	if err != nil {
		err = e.failure("GetCapabilities", err)
		e.giveUp(err)
		return nil, err
	}
	cache := caps.GetCacheCapabilities()
	o := &offer{
		maxBatch:           batchLimit,
		batchZstd:          slices.Contains(cache.GetSupportedBatchUpdateCompressors(), repb.Compressor_ZSTD),
		streamZstd:         slices.Contains(cache.GetSupportedCompressors(), repb.Compressor_ZSTD),
		executes:           caps.GetExecutionCapabilities().GetExecEnabled(),
		updatesActionCache: cache.GetActionCacheUpdateCapabilities().GetUpdateEnabled(),
	}
	if limit := cache.GetMaxBatchTotalSizeBytes(); limit > 0 { // 0 means no limit
		o.maxBatch = min(limit, batchLimit)
	}
	if !c.opts.Compress {
		o.batchZstd, o.streamZstd = false, false
	}
	return o, nil
}

// suits reports why a service isn't fit for what it is to do for us.
func (c *Client) suits(e *endpoint, caps *repb.ServerCapabilities) error {
	high, low := caps.GetHighApiVersion(), caps.GetLowApiVersion()
	if high.GetMajor() == 1 || low.GetMajor() > 2 {
		return fmt.Errorf("the service speaks version %d.%d to %d.%d of the Remote Execution API, thinrex speaks 2",
			low.GetMajor(), low.GetMinor(), high.GetMajor(), high.GetMinor())
	}
	if e == c.exec {
		execution := caps.GetExecutionCapabilities()
		if !execution.GetExecEnabled() {
			return errors.New("the service doesn't execute actions; is it a cache? then give it as --remote_cache")
		}
		// Older services fill in only the single field.
		if err := c.hasFunction(append(execution.GetDigestFunctions(), execution.GetDigestFunction())); err != nil {
			return err
		}
	}
	if e == c.cache {
		return c.hasFunction(caps.GetCacheCapabilities().GetDigestFunctions())
	}
	return nil
}

// hasFunction reports an error if our digest function isn't offered. Who names
// none may have any.
func (c *Client) hasFunction(offered []repb.DigestFunction_Value) error {
	offered = slices.DeleteFunc(slices.Clone(offered), func(f repb.DigestFunction_Value) bool { return f == repb.DigestFunction_UNKNOWN })
	if want := c.opts.Function.Proto(); len(offered) > 0 && !slices.Contains(offered, want) {
		return fmt.Errorf("the service has no %v digests, only %v; see --digest_function", want, offered)
	}
	return nil
}
