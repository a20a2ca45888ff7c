package reapi

import (
	"context"
	"errors"
	"fmt"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/reapi/cas"
	"thinrex/go/reapi/pb"
)

// Sizes that a service claims are believed only up to these, in bytes.
const (
	maxOutput   = 1 << 30
	maxMessages = 16 << 20 // of a compiler, on stdout or stderr
)

// errBroken says that a service's result can't be used: it isn't a result of the
// action, or blobs are gone.
var errBroken = errors.New("broken result")

func isBroken(err error) bool { return errors.Is(err, errBroken) }

// result fetches and verifies what p refers to. The caller releases it with Done. p is
// nil if the response of an execution holds no result, which counts as an empty one.
func (c *cache) result(ctx context.Context, a *action.Action, p *repb.ActionResult) (*action.Result, error) {
	if p == nil {
		p = &repb.ActionResult{}
	}
	memory, err := c.blobs.Reserve(ctx, resultSize(p))
	if err != nil {
		return nil, err
	}
	r, err := c.fetchResult(ctx, a, p)
	if err != nil {
		memory.Release()
		return nil, err
	}
	r.Release = memory.Release
	return r, nil
}

// fetchResult is result without the memory, which its caller has reserved.
func (c *cache) fetchResult(ctx context.Context, a *action.Action, p *repb.ActionResult) (*action.Result, error) {
	refs := references{blobs: c.blobs, have: map[digest.Digest][]byte{}}
	if err := refs.collect(a, p); err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	fetched, err := c.blobs.Fetch(ctx, refs.want)
	if errors.Is(err, cas.ErrUnreadable) {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	} else if err != nil {
		return nil, err
	}
	r, err := pb.ResultFrom(p, func(d digest.Digest) ([]byte, error) {
		data, ok := refs.have[d]
		if !ok {
			data, ok = fetched[d]
		}
		if !ok {
			return nil, fmt.Errorf("%v wasn't fetched", d)
		}
		return data, nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	return r, nil
}

// resultSize returns how much memory the blobs take to which p refers, going by the
// sizes that p claims.
func resultSize(p *repb.ActionResult) (size int64) {
	for _, f := range p.GetOutputFiles() {
		size += max(0, min(f.GetDigest().GetSizeBytes(), maxOutput))
	}
	for _, ref := range []*repb.Digest{p.GetStdoutDigest(), p.GetStderrDigest()} {
		size += max(0, min(ref.GetSizeBytes(), maxMessages))
	}
	return size
}

// references are the blobs that an ActionResult refers to, each once.
type references struct {
	blobs *cas.Client
	have  map[digest.Digest][]byte // inlined in the result
	want  []digest.Digest          // to be fetched
}

// collect finds the blobs of declared outputs and of the compiler's messages. It
// leaves in p only those inlined messages that have no digest.
func (r *references) collect(a *action.Action, p *repb.ActionResult) error {
	if n := len(p.GetOutputFiles()); n > len(a.Outputs) {
		return fmt.Errorf("it has %d outputs, the action declares %d", n, len(a.Outputs))
	}
	wanted := map[digest.Digest]bool{}
	for _, f := range p.GetOutputFiles() {
		if err := r.collectOne(f.GetDigest(), f.GetContents(), maxOutput, wanted); err != nil {
			return fmt.Errorf("output %q: %w", f.GetPath(), err)
		}
	}
	var err error
	if p.StdoutRaw, err = r.collectMessages(p.GetStdoutDigest(), p.GetStdoutRaw(), wanted); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	if p.StderrRaw, err = r.collectMessages(p.GetStderrDigest(), p.GetStderrRaw(), wanted); err != nil {
		return fmt.Errorf("standard error: %w", err)
	}
	return nil
}

// collectMessages returns inlined messages only if there is no digest with which to
// verify them. If there is one, and the inlined copy is wrong, the CAS has them.
func (r *references) collectMessages(
	ref *repb.Digest, inlined []byte, wanted map[digest.Digest]bool,
) (unverified []byte, err error) {
	if ref.GetHash() == "" && (len(inlined) > 0 || ref.GetSizeBytes() == 0) {
		return inlined, nil
	}
	return nil, r.collectOne(ref, inlined, maxMessages, wanted)
}

// collectOne adds one blob, which is wanted unless its inlined copy is right. limit
// bounds its size.
func (r *references) collectOne(ref *repb.Digest, inlined []byte, limit int64, wanted map[digest.Digest]bool) error {
	d, err := pb.ParseDigest(ref)
	if err != nil {
		return err
	}
	if d.Size > limit {
		return fmt.Errorf("%v is too large", d)
	}
	if _, have := r.have[d]; have || wanted[d] {
		return nil
	}
	if r.blobs.TakeInlined(d, inlined) { // also the empty blob
		r.have[d] = inlined
		return nil
	}
	wanted[d] = true
	r.want = append(r.want, d)
	return nil
}
