package reapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/bazelbuild/remote-apis/build/bazel/semver"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"thinrex/go/reapi/rpc"
)

// A Probe is what a service tells of itself.
type Probe struct {
	Address string
	Purpose string // "cache", "executor", or "cache and executor"
	Err     error  // why it can't be used as that; nil if it can

	// Without Err:
	Latency     time.Duration // of a call on a connection that stands
	HasClock    bool          // the answers have a date
	Ahead       time.Duration // of the service's clock before ours, to a second or so
	API         string        // the versions of the Remote Execution API: "2.0 to 2.3"
	Digests     []string      // SHA256, ...
	StoresOurs  bool          // results of this machine may be stored
	Executes    bool
	Compression bool // zstd
}

// ProbeAll asks each service once or twice what it offers, and changes nothing. The error is
// Dial's. It takes at most as long as ctx.
func ProbeAll(ctx context.Context, o Options) (probes []Probe, err error) {
	o.Hurried, o.Retries = true, min(o.Retries, 1)
	s, err := dialServices(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if s.areOne() {
		return []Probe{s.probe(ctx, s.exec, "cache and executor")}, nil
	}
	purpose := "cache"
	if o.Workers {
		purpose = "executor, used as a cache"
	}
	probes = append(probes, s.probe(ctx, s.cache, purpose))
	if s.exec != nil {
		probes = append(probes, s.probe(ctx, s.exec, "executor"))
	}
	return probes, nil
}

// probe asks a service twice: the first call also makes the connection, and may have
// somebody log in.
func (s *services) probe(ctx context.Context, service *rpc.Service, purpose string) Probe {
	p := Probe{Address: service.Address(), Purpose: purpose}
	var caps *repb.ServerCapabilities
	for range 2 {
		var header metadata.MD
		var begun time.Time
		p.Err = service.Call(ctx, rpc.GetCapabilities, func(ctx context.Context, _ *rpc.Progress) (err error) {
			begun = time.Now()
			request := &repb.GetCapabilitiesRequest{InstanceName: s.opts.Instance}
			caps, err = repb.NewCapabilitiesClient(service.Conn()).GetCapabilities(ctx, request, grpc.Header(&header))
			return service.Diagnose(ctx, err)
		})
		if p.Err != nil {
			return p
		}
		p.Latency = time.Since(begun)
		p.readClock(header, begun)
	}
	if err := s.checkSuitable(service.Endpoint, caps); err != nil {
		p.Err = service.Failure(rpc.GetCapabilities, err)
	}
	cache, execution := caps.GetCacheCapabilities(), caps.GetExecutionCapabilities()
	p.API = versionText(caps.GetLowApiVersion()) + " to " + versionText(caps.GetHighApiVersion())
	for _, f := range cache.GetDigestFunctions() {
		p.Digests = append(p.Digests, f.String())
	}
	p.StoresOurs = cache.GetActionCacheUpdateCapabilities().GetUpdateEnabled()
	p.Executes = execution.GetExecEnabled()
	p.Compression = slices.Contains(cache.GetSupportedCompressors(), repb.Compressor_ZSTD)
	return p
}

// readClock compares the date of an answer, which proxies and some services send, with the
// middle of the call.
func (p *Probe) readClock(header metadata.MD, begun time.Time) {
	for _, text := range header.Get("date") {
		if date, err := http.ParseTime(text); err == nil {
			p.HasClock, p.Ahead = true, date.Sub(begun.Add(p.Latency/2))
		}
	}
}

func versionText(v *semver.SemVer) string { return fmt.Sprintf("%d.%d", v.GetMajor(), v.GetMinor()) }
