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
)

// Options say what kind of server to be. The zero value is a well-behaved one
// that offers everything but compression, and simulates executions in no time.
type Options struct {
	TLS    *tls.Config // nil: plain text
	Socket string      // listen on this Unix socket instead of a loopback port

	Instance        string            // the only instance served; "": any
	DigestFunctions []digest.Function // nil: SHA256 alone
	// Capabilities edits what GetCapabilities says. The server behaves as it
	// says: batch limit, compressors, updates of the Action Cache, execution.
	Capabilities func(*repb.ServerCapabilities)
	// Authorize, if set, sees each call's headers; its error refuses the call.
	Authorize func(method string, header metadata.MD) error
	// RequireMetadata refuses calls without RequestMetadata, as Bazel's worker does.
	RequireMetadata bool

	Latency   time.Duration // added to every call
	ReadChunk int           // bytes in a message of ByteStream's Read; 0: 256 KiB
	// Inline honours requests for contents of outputs, stdout and stderr within
	// results, as far as the message size lets it.
	Inline bool
	// InlineDamaged is the status with which a result is refused that has a damaged
	// output to be inlined (UNKNOWN: bazel-remote). OK inlines it.
	InlineDamaged codes.Code
	// IgnoreReadOffset sends blobs from the start, as Bazel's worker does.
	IgnoreReadOffset bool
	// CommittedSize, if set, turns what ByteStream's Write would answer into
	// what it does answer.
	CommittedSize func(honest int64) int64

	// KeepsWhatIsThere has an upload of a blob that is there change nothing, be it
	// damaged, as with BuildGrid. Otherwise a batch replaces it, and a stream is
	// answered before its data is read, as with bazel-remote.
	KeepsWhatIsThere bool
	// WorkersAsk has workers upload no output that is there, be it damaged.
	WorkersAsk bool
	// StreamsReplace has a stream replace a blob that is there.
	StreamsReplace bool

	// ConnectionAge is how old a connection gets before the server asks the
	// client to make another one (GOAWAY), as proxies do; 0: any age. Calls that
	// are under way then have ConnectionGrace, and are cut.
	ConnectionAge, ConnectionGrace time.Duration
	// MaxCalls is how many calls there may be at once, whatever their method;
	// others are RESOURCE_EXHAUSTED (BuildGrid); 0: any number.
	MaxCalls int

	// MaxExecutions is how many executions may be queued or run; others are
	// refused with BusyCode; 0: any number. OK means RESOURCE_EXHAUSTED.
	MaxExecutions int
	MaxQueueTime  time.Duration // after which the response is BusyCode; 0: no limit
	BusyCode      codes.Code
	RetryAfter    time.Duration // said with these refusals, 0: nothing is

	Slots    int           // executions at a time; 0: as many as cores
	Execute  ExecuteFunc   // how to run an action; nil: Simulate(ExecTime)
	ExecTime time.Duration // for Simulate
	Unserved bool          // no worker takes an action: executions stay queued
	// MissingInputs is the status that tells of missing inputs. OK means
	// FAILED_PRECONDITION with details, as the API wants it; another code comes
	// bare, as some servers have it (NOT_FOUND: Bazel's worker).
	MissingInputs codes.Code
	// DamagedInputs is the status with which workers refuse inputs that aren't
	// what their digests say: FAILED_PRECONDITION with details, as of missing ones;
	// another code with words. OK means that they don't look.
	DamagedInputs codes.Code
	ScratchDir    string // where RunCommands works; "": the system's temporary folder
}

const (
	maxMessage   = 4 << 20 // gRPC's default, which real servers keep
	maxInline    = 3 << 20 // leaves room for the rest of the message
	defaultBatch = 4_000_000
	defaultChunk = 256 << 10
)

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
		functions = append(functions, f.Proto())
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
