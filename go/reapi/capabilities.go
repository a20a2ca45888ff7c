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

// startAsking has the services say what they offer, so that the answer is there
// when it is needed. One that is both is asked once.
func (c *Client) startAsking() {
	if c.exec != nil {
		c.execOffer = c.offerOf(c.exec)
	}
	if c.cacheOffer = c.execOffer; !c.together() {
		c.cacheOffer = c.offerOf(c.cache)
	}
}

// offerOf begins to ask a service, and returns what waits for the answer. An
// answer that is there is returned also when the context has ended.
func (c *Client) offerOf(s *service) func(context.Context) (*offer, error) {
	var o *offer
	var err error
	answered := make(chan struct{})
	c.owned.Go(func() {
		defer close(answered)
		o, err = c.ask(s)
	})
	return func(ctx context.Context) (*offer, error) {
		select {
		case <-answered:
			return o, err
		case <-ctx.Done():
		}
		select {
		case <-answered:
			return o, err
		default:
			return nil, context.Cause(ctx)
		}
	}
}

// ask gets the capabilities of a service's endpoint. One that can't serve us is
// given up, whatever it should have been.
func (c *Client) ask(s *service) (*offer, error) {
	var caps *repb.ServerCapabilities
	err := s.call(c.ctx, "GetCapabilities", func(ctx context.Context, _ *pulse) (err error) {
		caps, err = repb.NewCapabilitiesClient(s.conn).GetCapabilities(ctx, &repb.GetCapabilitiesRequest{InstanceName: c.opts.Instance})
		return s.misdirected(ctx, err)
	})
	if err == nil {
		err = c.suits(s.endpoint, caps)
	}
	if errors.Is(err, errOnlyCaches) && c.together() {
		c.exec.giveUp(s.failure("GetCapabilities", err))
		err = nil
	}
	if err != nil {
		err = s.failure("GetCapabilities", err)
		s.giveUpAll(err)
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
	if e == c.cache.endpoint {
		if err := c.hasFunction(caps.GetCacheCapabilities().GetDigestFunctions()); err != nil {
			return err
		}
	}
	if c.exec == nil || e != c.exec.endpoint {
		return nil
	}
	execution := caps.GetExecutionCapabilities()
	if !execution.GetExecEnabled() {
		return fmt.Errorf("%w: give it as --remote_cache=%s", errOnlyCaches, e.text)
	}
	// Older services fill in only the single field.
	return c.hasFunction(append(execution.GetDigestFunctions(), execution.GetDigestFunction()))
}

// errOnlyCaches says that what was given as executor is a cache. It is used as
// one.
var errOnlyCaches = errors.New("the service doesn't execute actions, it only caches")

// hasFunction reports an error if our digest function isn't offered. Who names
// none may have any.
func (c *Client) hasFunction(offered []repb.DigestFunction_Value) error {
	offered = slices.DeleteFunc(slices.Clone(offered), func(f repb.DigestFunction_Value) bool { return f == repb.DigestFunction_UNKNOWN })
	slices.Sort(offered)
	offered = slices.Compact(offered) // an executor names one twice
	if want := c.opts.Function.Proto(); len(offered) > 0 && !slices.Contains(offered, want) {
		return fmt.Errorf("the service has no %v digests, only %v; see --digest_function", want, offered)
	}
	return nil
}
