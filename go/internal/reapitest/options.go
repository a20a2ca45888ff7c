package reapitest

import (
	"crypto/tls"
	"runtime"
	"slices"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/bazelbuild/remote-apis/build/bazel/semver"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// Options say how a server behaves. The zero value is a server without faults that
// offers everything but compression, and simulates executions in no time.
type Options struct {
	TLS    *tls.Config // nil: plain text
	Socket string      // listen on this Unix socket instead of a loopback port

	Instance        string            // the only instance that is served; "": any
	DigestFunctions []digest.Function // nil: SHA256 alone
	// Capabilities edits what GetCapabilities returns. The server behaves accordingly:
	// batch limit, compressors, updates of the Action Cache, execution.
	Capabilities func(*repb.ServerCapabilities)
	// Authorize, if set, sees each call's headers; its error refuses the call.
	Authorize func(method string, header metadata.MD) error
	// RequireMetadata refuses calls without RequestMetadata, as Bazel's worker does.
	RequireMetadata bool

	Latency   time.Duration // added to every call
	ReadChunk int           // bytes in a message of ByteStream's Read; 0: 256 KiB
	// Inline puts outputs, stdout and stderr into results if a client asks for it and the
	// message doesn't get too large.
	Inline bool
	// InlineDamaged is the status of a lookup that asks to inline a damaged output
	// (UNKNOWN: bazel-remote). OK inlines the damaged bytes.
	InlineDamaged codes.Code
	// IgnoreReadOffset sends blobs from the start, as Bazel's worker does.
	IgnoreReadOffset bool
	// CommittedSize, if set, changes the size that ByteStream's Write answers.
	CommittedSize func(honest int64) int64

	// KeepsStoredBlobs makes uploads of stored blobs change nothing, even if the stored
	// ones are damaged, as with BuildGrid. Otherwise a batch replaces a stored blob, and
	// a stream is answered before its data is read, as with bazel-remote.
	KeepsStoredBlobs bool
	// WorkersSkipStored makes workers upload no output that is stored, even if the stored one is
	// damaged.
	WorkersSkipStored bool
	// StreamsReplace makes a stream replace a stored blob.
	StreamsReplace bool

	// ConnectionAge is how old a connection gets until the server asks the client to open
	// another one (GOAWAY), as proxies do; 0: any age. Calls that are under way then have
	// ConnectionGrace until they are cut.
	ConnectionAge, ConnectionGrace time.Duration
	// MaxCalls is how many calls there may be at once, of all methods. Further calls get
	// RESOURCE_EXHAUSTED (BuildGrid); 0: any number.
	MaxCalls int

	// MaxExecutions is how many executions may be queued or run. Further ones are refused
	// with BusyCode, for which OK means RESOURCE_EXHAUSTED; 0: any number.
	MaxExecutions int
	MaxQueueTime  time.Duration // after which the response is BusyCode; 0: no limit
	BusyCode      codes.Code
	RetryAfter    time.Duration // sent with these refusals as RetryInfo; 0: none is

	Slots    int           // executions at a time; 0: as many as cores
	Execute  ExecuteFunc   // how to run an action; nil: Simulate(ExecTime)
	ExecTime time.Duration // for Simulate
	Unserved bool          // no worker takes an action: executions stay queued
	// MissingInputs is the status for missing inputs. OK means FAILED_PRECONDITION with
	// details, as the API requires; another code comes without details, as from some
	// servers (NOT_FOUND: Bazel's worker).
	MissingInputs codes.Code
	// DamagedInputs is the status with which workers refuse inputs that don't have their
	// digests: FAILED_PRECONDITION with the details of missing inputs, or another code
	// with a text. OK means that workers don't verify inputs.
	DamagedInputs codes.Code
	ScratchDir    string // where RunCommands works; "": the system's temporary folder
}

const (
	maxMessage   = 4 << 20 // gRPC's default, which real servers keep
	maxInline    = 3 << 20 // leaves room for the rest of the message
	defaultBatch = 4_000_000
	defaultChunk = 256 << 10
)

// fill sets the defaults.
func (o *Options) fill() {
	if o.Slots == 0 {
		o.Slots = runtime.GOMAXPROCS(0)
	}
	if o.ReadChunk == 0 {
		o.ReadChunk = defaultChunk
	}
	if o.Execute == nil {
		o.Execute = Simulate(o.ExecTime)
	}
	if len(o.DigestFunctions) == 0 {
		o.DigestFunctions = []digest.Function{digest.SHA256}
	}
}

func (o *Options) capabilities() *repb.ServerCapabilities {
	var functions []repb.DigestFunction_Value
	for _, f := range o.DigestFunctions {
		functions = append(functions, pb.Function(f))
	}
	caps := &repb.ServerCapabilities{
		LowApiVersion:  &semver.SemVer{Major: 2},
		HighApiVersion: &semver.SemVer{Major: 2, Minor: 11},
		CacheCapabilities: &repb.CacheCapabilities{
			DigestFunctions:               functions,
			ActionCacheUpdateCapabilities: &repb.ActionCacheUpdateCapabilities{UpdateEnabled: true},
			MaxBatchTotalSizeBytes:        defaultBatch,
			SymlinkAbsolutePathStrategy:   repb.SymlinkAbsolutePathStrategy_ALLOWED,
		},
		ExecutionCapabilities: &repb.ExecutionCapabilities{
			DigestFunction:  functions[0],
			DigestFunctions: functions,
			ExecEnabled:     true,
		},
	}
	if o.Capabilities != nil {
		o.Capabilities(caps)
	}
	return caps
}

// AnnounceZstd is for Options.Capabilities: zstd in ByteStream, and in batches
// too if batches is set.
func AnnounceZstd(caps *repb.ServerCapabilities, batches bool) {
	zstd := []repb.Compressor_Value{repb.Compressor_ZSTD}
	caps.CacheCapabilities.SupportedCompressors = zstd
	if batches {
		caps.CacheCapabilities.SupportedBatchUpdateCompressors = zstd
	}
}

func (s *Server) streamsZstd() bool {
	return slices.Contains(s.caps.GetCacheCapabilities().GetSupportedCompressors(), repb.Compressor_ZSTD)
}

func (s *Server) batchesZstd() bool {
	return slices.Contains(s.caps.GetCacheCapabilities().GetSupportedBatchUpdateCompressors(), repb.Compressor_ZSTD)
}
