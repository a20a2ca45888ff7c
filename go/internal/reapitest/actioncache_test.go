package reapitest_test

import (
	"bytes"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/pb"
)

func TestCapabilities(t *testing.T) {
	_, c := start(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.HighApiVersion.Major = 3
		caps.CacheCapabilities.MaxBatchTotalSizeBytes = 0
	}})
	caps := must(c.caps.GetCapabilities(c.ctx, &repb.GetCapabilitiesRequest{}))(c)
	if caps.GetHighApiVersion().GetMajor() != 3 || caps.GetCacheCapabilities().GetMaxBatchTotalSizeBytes() != 0 ||
		!caps.GetExecutionCapabilities().GetExecEnabled() {
		t.Errorf("capabilities: %v", caps)
	}
}

func TestActionCache(t *testing.T) {
	s, c := start(t, reapitest.Options{Inline: true})
	object, messages := []byte("\x7fELF"), []byte("warning")
	action := c.action(&repb.Action{}, &repb.Command{Arguments: []string{"cc"}, OutputPaths: []string{"a.o"}})
	result := &repb.ActionResult{
		OutputFiles:  []*repb.OutputFile{{Path: "a.o", Digest: pb.Digest(digest.SHA256.Of(object))}},
		StderrDigest: pb.Digest(digest.SHA256.Of(messages)),
	}
	get := &repb.GetActionResultRequest{ActionDigest: action, InlineStderr: true, InlineOutputFiles: []string{"a.o"}}
	update := &repb.UpdateActionResultRequest{ActionDigest: action, ActionResult: result}
	_, err := c.ac.GetActionResult(c.ctx, get)
	c.wantCode(err, codes.NotFound)
	_, err = c.ac.UpdateActionResult(c.ctx, update)
	c.wantCode(err, codes.FailedPrecondition) // its blobs aren't stored
	if err := c.upload(object, messages); err != nil {
		t.Fatal(err)
	}
	must(c.ac.UpdateActionResult(c.ctx, update))(c)
	got := must(c.ac.GetActionResult(c.ctx, get))(c)
	if !bytes.Equal(got.GetOutputFiles()[0].GetContents(), object) || !bytes.Equal(got.GetStderrRaw(), messages) {
		t.Errorf("not inlined: %v", got)
	}
	if n := len(s.ActionResults()); n != 1 {
		t.Errorf("%d results", n)
	}
	update.ActionDigest = pb.Digest(digest.SHA256.Of(noise(10)))
	_, err = c.ac.UpdateActionResult(c.ctx, update)
	c.wantCode(err, codes.FailedPrecondition) // the action isn't stored
	s.Wipe(true)
	_, err = c.ac.GetActionResult(c.ctx, get)
	c.wantCode(err, codes.NotFound)
}

func TestReadOnly(t *testing.T) {
	_, c := start(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
		caps.ExecutionCapabilities.ExecEnabled = false
	}})
	action := c.action(&repb.Action{}, &repb.Command{Arguments: []string{"cc"}})
	update := &repb.UpdateActionResultRequest{ActionDigest: action, ActionResult: &repb.ActionResult{}}
	_, err := c.ac.UpdateActionResult(c.ctx, update)
	c.wantCode(err, codes.PermissionDenied)
	_, err = c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action}))
	c.wantCode(err, codes.Unimplemented)
}
