package action

import (
	"fmt"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/digest"
)

// maxInline bounds the messages, in bytes, that an ActionResult holds itself. Longer
// ones are blobs of their own.
const maxInline = 64 << 10

// Proto returns r as an ActionResult and the blobs that it refers to.
func (r *Result) Proto(function digest.Function) (*repb.ActionResult, map[digest.Digest][]byte) {
	blobs := map[digest.Digest][]byte{}
	blob := func(data []byte) *repb.Digest {
		d := function.Of(data)
		blobs[d] = data
		return d.Proto()
	}
	p := &repb.ActionResult{ExitCode: int32(r.ExitCode)}
	for _, out := range r.Outputs {
		p.OutputFiles = append(p.OutputFiles, &repb.OutputFile{Path: out.Name, Digest: blob(out.Data)})
	}
	if len(r.Stdout) <= maxInline {
		p.StdoutRaw = r.Stdout
	} else {
		p.StdoutDigest = blob(r.Stdout)
	}
	if len(r.Stderr) <= maxInline {
		p.StderrRaw = r.Stderr
	} else {
		p.StderrDigest = blob(r.Stderr)
	}
	if r.Ran > 0 {
		p.ExecutionMetadata = &repb.ExecutedActionMetadata{
			ExecutionStartTimestamp:     timestamppb.New(r.Began),
			ExecutionCompletedTimestamp: timestamppb.New(r.Began.Add(r.Ran)),
		}
	}
	return p, blobs
}

// ResultFromProto makes a Result of an ActionResult that came from a store or a
// server. fetch returns a blob whose content it has verified against the digest.
func ResultFromProto(p *repb.ActionResult, fetch func(digest.Digest) ([]byte, error)) (*Result, error) {
	get := func(inline []byte, ref *repb.Digest) ([]byte, error) {
		if len(inline) > 0 || ref.GetHash() == "" && ref.GetSizeBytes() == 0 { // some servers send an empty Digest
			return inline, nil
		}
		d, err := digest.FromProto(ref)
		if err != nil {
			return nil, err
		}
		return fetch(d)
	}
	r := &Result{ExitCode: int(p.GetExitCode())}
	for _, f := range p.GetOutputFiles() {
		if f.GetDigest().GetHash() == "" { // get would take it for an empty file
			return nil, fmt.Errorf("output %q has no digest", f.GetPath())
		}
		data, err := get(nil, f.GetDigest())
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", f.GetPath(), err)
		}
		r.Outputs = append(r.Outputs, OutputFile{Name: f.GetPath(), Data: data})
	}
	//lint:ignore SA1019 some servers fill in the older field
	links := len(p.GetOutputSymlinks()) + len(p.GetOutputFileSymlinks())
	if n := links + len(p.GetOutputDirectories()); n > 0 {
		return nil, fmt.Errorf("%d outputs aren't regular files", n)
	}
	var err error
	if r.Stdout, err = get(p.GetStdoutRaw(), p.GetStdoutDigest()); err != nil {
		return nil, fmt.Errorf("standard output: %w", err)
	}
	if r.Stderr, err = get(p.GetStderrRaw(), p.GetStderrDigest()); err != nil {
		return nil, fmt.Errorf("standard error: %w", err)
	}
	r.Began, r.Ran = whenRun(p.GetExecutionMetadata())
	return r, nil
}

// maxRan is the longest time that a compiler is believed to have run. A service whose
// clock is wrong, or who lies, would otherwise spoil the sum over many results.
const maxRan = 24 * time.Hour

// whenRun returns when a compiler was started, and for how long it ran: 0 if the metadata
// lacks that, or can't be believed. A worker's other times include its transfers of files.
func whenRun(m *repb.ExecutedActionMetadata) (began time.Time, ran time.Duration) {
	from, until := m.GetExecutionStartTimestamp(), m.GetExecutionCompletedTimestamp()
	if !from.IsValid() || !until.IsValid() {
		return time.Time{}, 0
	}
	if ran = until.AsTime().Sub(from.AsTime()); ran <= 0 || ran > maxRan {
		return time.Time{}, 0
	}
	return from.AsTime(), ran
}
