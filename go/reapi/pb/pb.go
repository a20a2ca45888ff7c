// Package pb converts between thinrex's own values and the Remote Execution API's generated
// messages. Only rooms that talk to a service import it: the generated code, and gRPC, which
// comes with it, take a millisecond of each start.
package pb

import (
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// Digest returns d as a message.
func Digest(d digest.Digest) *repb.Digest { return &repb.Digest{Hash: d.Hash, SizeBytes: d.Size} }

// ParseDigest reads a digest that came from a server, and refuses a malformed one.
func ParseDigest(p *repb.Digest) (digest.Digest, error) {
	d := plain(p)
	if err := d.Check(); err != nil {
		return digest.Digest{}, err
	}
	return d, nil
}

// plain returns a digest as it is, zero for none.
func plain(p *repb.Digest) digest.Digest {
	return digest.Digest{Hash: p.GetHash(), Size: p.GetSizeBytes()}
}

// Function returns f as an enum.
func Function(f digest.Function) repb.DigestFunction_Value {
	if f == digest.BLAKE3 {
		return repb.DigestFunction_BLAKE3
	}
	return repb.DigestFunction_SHA256
}

// Result returns r as an ActionResult and the blobs that it refers to.
func Result(r *action.Result, function digest.Function) (*repb.ActionResult, map[digest.Digest][]byte) {
	m, blobs := r.AsMessage(function)
	p := &repb.ActionResult{ExitCode: m.ExitCode, StdoutRaw: m.Stdout.Raw, StderrRaw: m.Stderr.Raw}
	for _, f := range m.Files {
		p.OutputFiles = append(p.OutputFiles, &repb.OutputFile{Path: f.Path, Digest: Digest(f.Digest)})
	}
	p.StdoutDigest, p.StderrDigest = optional(m.Stdout.Digest), optional(m.Stderr.Digest)
	if m.Start != nil {
		p.ExecutionMetadata = &repb.ExecutedActionMetadata{
			ExecutionStartTimestamp:     timestamp(m.Start),
			ExecutionCompletedTimestamp: timestamp(m.Completed),
		}
	}
	return p, blobs
}

func optional(d digest.Digest) *repb.Digest {
	if d == (digest.Digest{}) {
		return nil
	}
	return Digest(d)
}

func timestamp(t *action.Timestamp) *timestamppb.Timestamp {
	return &timestamppb.Timestamp{Seconds: t.Seconds, Nanos: t.Nanos}
}

// ResultFrom makes a Result of a server's ActionResult. fetch returns a blob whose content it
// has verified against the digest.
func ResultFrom(p *repb.ActionResult, fetch func(digest.Digest) ([]byte, error)) (*action.Result, error) {
	m := Message(p)
	return m.Result(fetch)
}

// Message returns what thinrex uses of an ActionResult.
func Message(p *repb.ActionResult) action.ResultMessage {
	//lint:ignore SA1019 some servers fill in the older field
	links := len(p.GetOutputSymlinks()) + len(p.GetOutputFileSymlinks()) + len(p.GetOutputDirectorySymlinks())
	m := action.ResultMessage{
		ExitCode:  p.GetExitCode(),
		Stdout:    action.TextMessage{Raw: p.GetStdoutRaw(), Digest: plain(p.GetStdoutDigest())},
		Stderr:    action.TextMessage{Raw: p.GetStderrRaw(), Digest: plain(p.GetStderrDigest())},
		Irregular: links + len(p.GetOutputDirectories()),
		Start:     plainTime(p.GetExecutionMetadata().GetExecutionStartTimestamp()),
		Completed: plainTime(p.GetExecutionMetadata().GetExecutionCompletedTimestamp()),
	}
	for _, f := range p.GetOutputFiles() {
		m.Files = append(m.Files, action.FileMessage{Path: f.GetPath(), Digest: plain(f.GetDigest())})
	}
	return m
}

func plainTime(t *timestamppb.Timestamp) *action.Timestamp {
	if t == nil {
		return nil
	}
	return &action.Timestamp{Seconds: t.Seconds, Nanos: t.Nanos}
}
