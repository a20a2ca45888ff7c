package reapi

import (
	"context"
	"errors"
	"fmt"
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/pb"
	"thinrex/go/reapi/rpc"
)

// An offer is what of a service's capabilities matters to us.
type offer struct {
	blobs              cas.Limits
	executes           bool
	updatesActionCache bool
}

// batchLimit is what a batch may be in bytes when the service sets no limit, or a
// larger one: gRPC refuses messages above 4 MiB.
const batchLimit = 4<<20 - 64<<10

// startAsking asks the services for their capabilities, so that the answer is
// there when it is needed. An endpoint that is both services is asked once.
func (s *services) startAsking() {
	if s.exec != nil {
		s.execOffer = s.askInBackground(s.exec)
	}
	if s.cacheOffer = s.execOffer; !s.areOne() {
		s.cacheOffer = s.askInBackground(s.cache)
	}
}

// askInBackground begins to ask a service, and returns a function that waits for
// the answer. An answer that is there is returned also when the context has ended.
func (s *services) askInBackground(service *rpc.Service) func(context.Context) (*offer, error) {
	var o *offer
	var err error
	answered := make(chan struct{})
	s.asking.Go(func() {
		defer close(answered)
		o, err = s.askCapabilities(service)
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

// blobLimits waits for the offer of the service that caches.
func (s *services) blobLimits(ctx context.Context) (cas.Limits, error) {
	o, err := s.cacheOffer(ctx)
	if err != nil {
		return cas.Limits{}, err
	}
	return o.blobs, nil
}

// askCapabilities gets the capabilities of a service's endpoint. If the endpoint can't serve
// us, all its services are given up.
func (s *services) askCapabilities(service *rpc.Service) (*offer, error) {
	var caps *repb.ServerCapabilities
	err := service.Call(s.ctx, rpc.GetCapabilities, func(ctx context.Context, _ *rpc.Progress) (err error) {
		request := &repb.GetCapabilitiesRequest{InstanceName: s.opts.Instance}
		caps, err = repb.NewCapabilitiesClient(service.Conn()).GetCapabilities(ctx, request)
		return service.Diagnose(ctx, err)
	})
	if err == nil {
		err = s.checkSuitable(service.Endpoint, caps)
	}
	if errors.Is(err, errOnlyCaches) && s.areOne() {
		s.exec.GiveUp(service.Failure(rpc.GetCapabilities, err))
		err = nil
	}
	if err != nil {
		err = service.Failure(rpc.GetCapabilities, err)
		service.GiveUpAll(err)
		return nil, err
	}
	return newOffer(caps, s.opts.Compress), nil
}

// newOffer reads a service's capabilities. compress says whether the user wants
// compression.
func newOffer(caps *repb.ServerCapabilities, compress bool) *offer {
	c := caps.GetCacheCapabilities()
	o := &offer{
		blobs: cas.Limits{
			MaxBatch:   batchLimit,
			BatchZstd:  compress && slices.Contains(c.GetSupportedBatchUpdateCompressors(), repb.Compressor_ZSTD),
			StreamZstd: compress && slices.Contains(c.GetSupportedCompressors(), repb.Compressor_ZSTD),
		},
		executes:           caps.GetExecutionCapabilities().GetExecEnabled(),
		updatesActionCache: c.GetActionCacheUpdateCapabilities().GetUpdateEnabled(),
	}
	if limit := c.GetMaxBatchTotalSizeBytes(); limit > 0 { // 0 means no limit
		o.blobs.MaxBatch = min(limit, batchLimit)
	}
	return o
}

// checkSuitable returns why an endpoint isn't fit for what it is to do for us.
func (s *services) checkSuitable(e *rpc.Endpoint, caps *repb.ServerCapabilities) error {
	high, low := caps.GetHighApiVersion(), caps.GetLowApiVersion()
	if high.GetMajor() == 1 || low.GetMajor() > 2 {
		return fmt.Errorf("the service speaks version %d.%d to %d.%d of the Remote Execution API, thinrex speaks 2",
			low.GetMajor(), low.GetMinor(), high.GetMajor(), high.GetMinor())
	}
	if e == s.cache.Endpoint {
		if err := s.checkFunction(caps.GetCacheCapabilities().GetDigestFunctions()); err != nil {
			return err
		}
	}
	if s.exec == nil || e != s.exec.Endpoint {
		return nil
	}
	execution := caps.GetExecutionCapabilities()
	if !execution.GetExecEnabled() {
		return fmt.Errorf("%w: give it as --remote_cache=%s", errOnlyCaches, e.Address())
	}
	// Older services fill in only the single field.
	return s.checkFunction(append(execution.GetDigestFunctions(), execution.GetDigestFunction()))
}

// errOnlyCaches says that a service that was given as executor is only a cache. It
// is used as a cache.
var errOnlyCaches = errors.New("the service doesn't execute actions, it only caches")

// checkFunction returns an error if our digest function isn't offered. A service
// that names none may have any.
func (s *services) checkFunction(offered []repb.DigestFunction_Value) error {
	offered = slices.DeleteFunc(slices.Clone(offered), func(f repb.DigestFunction_Value) bool {
		return f == repb.DigestFunction_UNKNOWN
	})
	slices.Sort(offered)
	offered = slices.Compact(offered) // an executor names one twice
	if want := pb.Function(s.opts.Function); len(offered) > 0 && !slices.Contains(offered, want) {
		return fmt.Errorf("the service has no %v digests, only %v; see --digest_function", want, offered)
	}
	return nil
}
