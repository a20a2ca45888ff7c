//go:build e2e && linux

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/e2e/internal/stage"
)

// TestWorkerExecution shows how the worker runs actions.
func TestWorkerExecution(t *testing.T) {
	c := newClient(t, site.StartWorker(t, stage.WorkerOptions{}))
	for _, tc := range []struct {
		name string
		test func(t *testing.T, c *client)
	}{
		{"outputs", testOutputs},
		{"stages", testStages},
		{"results are stored", testStored},
		{"equal actions", testEqualActions},
		{"waiting", testWaiting},
		{"missing blobs", testMissingBlobs},
		{"bad ends", testBadEnds},
		{"timeout", testTimeout},
		{"programs in the input root", testPrograms},
		{"symlinks", testSymlinks},
	} {
		t.Run(tc.name, func(t *testing.T) { tc.test(t, c.in(t)) })
	}
}

// output downloads an action's one output.
func (c *client) output(r *repb.ActionResult) string {
	c.t.Helper()
	if n := len(r.GetOutputFiles()); n != 1 {
		c.t.Fatalf("%d outputs, want 1: %v", n, r)
	}
	data, err := c.read(r.GetOutputFiles()[0].GetDigest(), 0)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

// words returns the standard output of an action.
func (c *client) words(r *repb.ActionResult) string {
	c.t.Helper()
	if r.GetStdoutDigest() == nil {
		return string(r.GetStdoutRaw())
	}
	data, err := c.read(r.GetStdoutDigest(), 0)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

func testOutputs(t *testing.T, c *client) {
	copying := func(edit func(*repb.Command)) *repb.ExecuteResponse {
		resp, _ := c.run(job{
			args:  []string{"/bin/sh", "-c", "/bin/cat in sub/in >out; echo words; echo more words >&2"},
			files: map[string]string{"in": "one ", "sub/in": "two"}, outputs: []string{"out"}, edit: edit,
		})
		return resp
	}
	resp := copying(nil)
	t.Logf("response: %v", resp)
	if got := c.output(resp.GetResult()); resp.GetStatus().GetCode() != 0 || got != "one two" {
		t.Errorf("status %v, output %q", resp.GetStatus(), got)
	}
	for _, tc := range []struct {
		name string
		edit func(*repb.Command)
	}{
		//lint:ignore SA1019 what this worker reads
		{"output_paths alone", func(command *repb.Command) { command.OutputFiles = nil }},
		{"output_files alone", func(command *repb.Command) { command.OutputPaths = nil }},
	} {
		t.Logf("%s: outputs %v", tc.name, copying(tc.edit).GetResult().GetOutputFiles())
	}
	resp, _ = c.run(shell("env"))
	t.Logf("the environment: %q", c.words(resp.GetResult()))
}

func testStages(t *testing.T, c *client) {
	ops, err := c.execute(c.putAction(shell("echo stages >out", "out")))
	if err != nil {
		t.Fatal(err)
	}
	c.response(ops)
	for i, op := range ops {
		t.Logf("operation %d: name %q, done %v, metadata %v", i, op.GetName(), op.GetDone(), op.GetMetadata())
	}
	if ops[0].GetName() == "" {
		t.Error("the operation has no name to wait for")
	}
}

// A success is in the Action Cache afterwards, a failure isn't.
func testStored(t *testing.T, c *client) {
	resp, d := c.run(shell("echo stored >out", "out"))
	got, err := c.ac.GetActionResult(c.ctx, &repb.GetActionResultRequest{ActionDigest: d})
	if err != nil || !proto.Equal(got.GetOutputFiles()[0], resp.GetResult().GetOutputFiles()[0]) {
		t.Errorf("result: %v, %v, want %v", got, err, resp.GetResult())
	}
	_, d = c.run(shell("echo failed >out; exit 1", "out"))
	got, err = c.ac.GetActionResult(c.ctx, &repb.GetActionResultRequest{ActionDigest: d})
	if status.Code(err) != codes.NotFound {
		t.Errorf("result of a failed action: %v, %v, want NOT_FOUND", got, err)
	}
	resp, d = c.run(shell("exit 0", "out"))
	_, err = c.ac.GetActionResult(c.ctx, &repb.GetActionResultRequest{ActionDigest: d})
	t.Logf("exit 0 without the declared output: %v; then GetActionResult: %v", resp, err)
}

func testEqualActions(t *testing.T, c *client) {
	random := shell("head -c 16 /dev/urandom >out", "out")
	first, _ := c.run(random)
	second, _ := c.run(random)
	t.Logf("a repeated Execute runs again: %v; says cached_result: %v",
		c.output(first.GetResult()) != c.output(second.GetResult()), second.GetCachedResult())
}

// An execution whose stream is closed goes on, and can be waited for.
func testWaiting(t *testing.T, c *client) {
	// The worker may come to read the call that waits only when all is done.
	for {
		name, ops, err := c.leaveAndWait(t)
		t.Logf("WaitExecution: %d operations, %v", len(ops), err)
		if status.Code(err) == codes.NotFound && c.ctx.Err() == nil {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := c.output(c.response(ops).GetResult()); got != "through\n" {
			t.Errorf("output %q", got)
		}
		// The worker forgets a finished operation, perhaps a little after it has reported the end.
		for err == nil {
			_, err = c.waitFor(name)
		}
		if status.Code(err) != codes.NotFound {
			t.Errorf("waiting for an operation that is done: %v, want NOT_FOUND", err)
		}
		return
	}
}

// leaveAndWait starts an execution and closes its stream while it runs. It returns
// the operation's name, and all that WaitExecution reports of it.
func (c *client) leaveAndWait(t *testing.T) (name string, ops []*longrunning.Operation, err error) {
	gate := filepath.Join(t.TempDir(), "gate")
	d := c.putAction(shell("while [ ! -e '"+gate+"' ]; do sleep 0.02; done; echo through >out", "out"))
	ctx, closeStream := context.WithCancel(c.ctx)
	defer closeStream()
	stream, err := c.exec.Execute(ctx, &repb.ExecuteRequest{ActionDigest: d})
	if err != nil {
		t.Fatal(err)
	}
	op, err := stream.Recv()
	if err != nil || op.GetDone() {
		t.Fatalf("first operation: %v, %v", op, err)
	}
	wait, err := c.exec.WaitExecution(c.ctx, &repb.WaitExecutionRequest{Name: op.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	closeStream()
	if _, err := stream.Recv(); status.Code(err) != codes.Canceled {
		t.Errorf("closed stream: %v", err)
	}
	// By its answer, the worker has mostly read the call before it, too.
	if _, err := c.waitFor("unknown"); status.Code(err) != codes.NotFound {
		t.Errorf("waiting for an unknown operation: %v, want NOT_FOUND", err)
	}
	if err := os.WriteFile(gate, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ops, err = operations(wait)
	return op.GetName(), ops, err
}

func (c *client) waitFor(name string) ([]*longrunning.Operation, error) {
	stream, err := c.exec.WaitExecution(c.ctx, &repb.WaitExecutionRequest{Name: name})
	if err != nil {
		return nil, err
	}
	return operations(stream)
}

// A relative arguments[0] is a file of the input root.
func testPrograms(t *testing.T, c *client) {
	tool := map[string]string{"bin/tool": "#!/bin/sh\ncp in out\n", "in": "content"}
	for _, name := range []string{"bin/tool", "./bin/tool"} {
		resp, _ := c.run(job{args: []string{name}, files: tool, outputs: []string{"out"}})
		if resp.GetStatus().GetCode() != 0 || resp.GetResult().GetExitCode() != 0 {
			t.Errorf("%s: %v", name, resp)
			continue
		}
		if got := c.output(resp.GetResult()); got != "content" {
			t.Errorf("%s: output %q", name, got)
		}
	}
	resp, _ := c.run(job{
		args:    []string{"../bin/tool"},
		files:   map[string]string{"bin/tool": "#!/bin/sh\ncp in out\n", "sub/in": "content"},
		outputs: []string{"out"},
		edit:    func(command *repb.Command) { command.WorkingDirectory = "sub" },
	})
	t.Logf("../bin/tool in working directory sub: %v", resp)
	resp, _ = c.run(job{args: []string{"/bin/sh", "-c", "ls -lR; id -u; pwd"}, files: tool})
	t.Logf("the input root: %s", c.words(resp.GetResult()))
}

func testSymlinks(t *testing.T, c *client) {
	root := &repb.Directory{
		Files:    []*repb.FileNode{{Name: "in", Digest: c.put([]byte("content"))}},
		Symlinks: []*repb.SymlinkNode{{Name: "link", Target: "in"}},
	}
	ops, err := c.execute(c.putMessage(&repb.Action{
		CommandDigest:   c.putMessage(&repb.Command{Arguments: []string{"/bin/cat", "link"}}),
		InputRootDigest: c.putMessage(root),
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("cat of a symlink in the input root: %v", c.response(ops))
	resp, _ := c.run(shell("echo content >file; ln -s file out", "out"))
	t.Logf("a symlink as output: %v", resp)
}

// A worker doesn't see the files that WorkerOptions.Hide names; tests of uploaded
// compilers rely on that.
func TestWorkerWithoutCompiler(t *testing.T) {
	works := func(c *client) bool {
		resp, _ := c.run(job{args: []string{"/usr/bin/clang-22", "--version"}})
		t.Logf("clang-22 --version: %v", resp)
		return resp.GetStatus().GetCode() == 0 && resp.GetResult().GetExitCode() == 0
	}
	if !works(newClient(t, site.StartWorker(t, stage.WorkerOptions{}))) {
		t.Error("clang-22 doesn't run on a worker of this machine")
	}
	without := newClient(t, site.StartWorker(t, stage.WorkerOptions{Hide: compilerFiles(t)}))
	if works(without) {
		t.Error("clang-22 runs although it is hidden")
	}
	// Each is gone, an empty folder or an empty file.
	script := `for f; do if [ -d "$f" ]; then ls -A "$f"; elif [ -s "$f" ]; then echo "$f"; fi; done`
	resp, _ := without.run(job{args: append([]string{"/bin/sh", "-c", script, "sh"}, compilerFiles(t)...)})
	if got := without.words(resp.GetResult()); resp.GetResult().GetExitCode() != 0 || got != "" {
		t.Errorf("not hidden: %q, %v", got, resp)
	}
}
