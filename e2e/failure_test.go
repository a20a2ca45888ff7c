//go:build e2e && linux

package e2e

import (
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func testMissingBlobs(t *testing.T, c *client) {
	withInput := job{args: []string{"/bin/cat", "in"}, files: map[string]string{"in": t.Name()}, absent: "in"}
	resp, _ := c.run(withInput)
	t.Logf("a missing input: %v", resp)
	if code := codes.Code(resp.GetStatus().GetCode()); code != codes.NotFound && code != codes.FailedPrecondition {
		t.Errorf("status %v for a missing input; thinrex would not upload it again", code)
	}
	withInput.absent = ""
	if resp, _ = c.run(withInput); c.words(resp.GetResult()) != t.Name() {
		t.Errorf("after the upload: %v", resp)
	}
	absent := &repb.Digest{Hash: strings.Repeat("0", 64), SizeBytes: 3}
	ops, err := c.execute(absent)
	t.Logf("a missing action: %v, %v", ops, err)
	ops, err = c.execute(c.putMessage(&repb.Action{CommandDigest: absent, InputRootDigest: c.putTree(job{})}))
	t.Logf("a missing command: %v, %v", ops, err)
}

func testBadEnds(t *testing.T, c *client) {
	for _, tc := range []struct {
		name string
		job  job
		want int32 // the exit code; 0: whatever it is
	}{
		{"exit 3 with an output", shell("echo why >&2; echo partial >out; exit 3", "out"), 3},
		{"killed", shell("kill -9 $$", "out"), 137},
		{"aborted", shell("kill -6 $$", "out"), 134},
		{"not there", job{args: []string{"/nonexistent/clang"}, outputs: []string{"out"}}, 0},
		{"not on the PATH", job{args: []string{"nonexistent-clang"}, outputs: []string{"out"}}, 0},
		{"not a program", job{args: []string{"./in"}, files: map[string]string{"in": "text"}, outputs: []string{"out"}}, 0},
		{"no arguments", job{outputs: []string{"out"}}, 0},
		{"an input as output", job{
			args:    []string{"/bin/true"},
			files:   map[string]string{"out": "text"},
			outputs: []string{"out"},
		}, 0},
	} {
		d := c.putAction(tc.job)
		ops, err := c.execute(d)
		if err != nil {
			t.Logf("%s: %v", tc.name, err)
			continue
		}
		resp := c.response(ops)
		t.Logf("%s: %v", tc.name, resp)
		code := resp.GetResult().GetExitCode()
		if tc.want != 0 && code != tc.want {
			t.Errorf("%s: exit code %d, want %d", tc.name, code, tc.want)
		}
		if resp.GetStatus().GetCode() == 0 && code == 0 {
			t.Errorf("%s: counts as success", tc.name)
		}
	}
}

func testTimeout(t *testing.T, c *client) {
	j := shell("sleep 1; echo late >out", "out")
	j.timeout = 100 * time.Millisecond
	started := time.Now()
	resp, d := c.run(j)
	t.Logf("after %.1fs: %v", time.Since(started).Seconds(), resp)
	if code := codes.Code(resp.GetStatus().GetCode()); code != codes.DeadlineExceeded {
		t.Errorf("status %v, want DEADLINE_EXCEEDED", code)
	}
	got, err := c.ac.GetActionResult(c.ctx, &repb.GetActionResultRequest{ActionDigest: d})
	if status.Code(err) != codes.NotFound {
		t.Errorf("stored nevertheless: %v, %v", got, err)
	}
}
