package pb_test

import (
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// An empty Digest stands for messages that there are none of. An output with one is an
// error: taken for an empty file, it would become a broken .dwo file of a hit.
func TestEmptyDigests(t *testing.T) {
	fetch := func(d digest.Digest) ([]byte, error) {
		t.Errorf("%v is fetched", d)
		return nil, nil
	}
	p := &repb.ActionResult{StdoutDigest: &repb.Digest{}, StderrRaw: []byte("text"), StderrDigest: &repb.Digest{}}
	r, err := pb.ResultFrom(p, fetch)
	if err != nil || len(r.Stdout) > 0 || string(r.Stderr) != "text" {
		t.Errorf("%+v, %v", r, err)
	}
	for name, d := range map[string]*repb.Digest{"none": nil, "empty": {}} {
		p := &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "m.native.dwo", Digest: d}}}
		if r, err := pb.ResultFrom(p, fetch); err == nil || !strings.Contains(err.Error(), "m.native.dwo") {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}
