package reapitest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/pb"
)

// RunCommands gives a command its inputs and environment, and collects its outputs.
func TestRunCommands(t *testing.T) {
	s, c := start(t, reapitest.Options{Execute: reapitest.RunCommands, Inline: true, ScratchDir: t.TempDir()})
	t.Setenv("REAPITEST_LEAK", "ours")
	script := []byte(`#!/bin/sh
read line < ../in/text
echo "$line $MINE $REAPITEST_LEAK" > out/a
echo oops >&2
exit $CODE
`)
	text := []byte("hello\n")
	if err := c.upload(script, text); err != nil {
		t.Fatal(err)
	}
	in, inDigest := c.marshal(&repb.Directory{Files: []*repb.FileNode{
		{Name: "text", Digest: pb.Digest(digest.SHA256.Of(text))},
	}})
	bin, binDigest := c.marshal(&repb.Directory{Files: []*repb.FileNode{
		{Name: "tool", Digest: pb.Digest(digest.SHA256.Of(script)), IsExecutable: true},
	}})
	root, rootDigest := c.marshal(&repb.Directory{Directories: []*repb.DirectoryNode{
		{Name: "in", Digest: inDigest}, {Name: "work", Digest: binDigest},
	}})
	run := func(code string) *repb.ExecuteResponse {
		command, commandDigest := c.marshal(&repb.Command{
			Arguments:        []string{"./tool"},
			WorkingDirectory: "work",
			OutputPaths:      []string{"never", "out/a"},
			EnvironmentVariables: []*repb.Command_EnvironmentVariable{
				{Name: "CODE", Value: code}, {Name: "MINE", Value: "mine"},
			},
		})
		action, actionDigest := c.marshal(&repb.Action{CommandDigest: commandDigest, InputRootDigest: rootDigest})
		if err := c.upload(in, bin, root, command, action); err != nil {
			t.Fatal(err)
		}
		return c.response(c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{
			ActionDigest:      actionDigest,
			InlineStderr:      true,
			InlineOutputFiles: []string{"out/a"},
		})))
	}
	r := run("0")
	outs := r.GetResult().GetOutputFiles()
	if len(outs) != 1 || outs[0].GetPath() != "out/a" || string(outs[0].GetContents()) != "hello mine \n" {
		t.Errorf("outputs: %v, %v", outs, r.GetStatus())
	}
	if got := string(r.GetResult().GetStderrRaw()); got != "oops\n" {
		t.Errorf("stderr %q", got)
	}
	if got := run("3").GetResult().GetExitCode(); got != 3 {
		t.Errorf("exit code %d", got)
	}
	if got := len(s.ActionResults()); got != 1 {
		t.Errorf("%d results stored, want that of the success only", got)
	}
}

// A command that takes too long is ended, and leaves nothing.
func TestTimeout(t *testing.T) {
	dir := t.TempDir()
	_, c := start(t, reapitest.Options{Execute: reapitest.RunCommands, ScratchDir: dir})
	sleep := &repb.Command{Arguments: []string{"/bin/sh", "-c", "/bin/sleep 1000"}}
	r := c.execute(c.action(&repb.Action{Timeout: durationpb.New(50 * time.Millisecond)}, sleep))
	if got := codes.Code(r.GetStatus().GetCode()); got != codes.DeadlineExceeded {
		t.Errorf("status %v", r.GetStatus())
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*", "job-*")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// Close removes all files of the server.
func TestScratchIsRemoved(t *testing.T) {
	dir := t.TempDir()
	s, err := reapitest.Start(reapitest.Options{
		Execute:    reapitest.RunCommands,
		ScratchDir: dir,
		Socket:     filepath.Join(dir, "s"),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, s, plain)
	big := noise(2 << 20) // it becomes a hard link
	if err := c.upload(big); err != nil {
		t.Fatal(err)
	}
	command := &repb.Command{Arguments: []string{"sh", "-c", "cat a > b"}, OutputPaths: []string{"b"},
		EnvironmentVariables: []*repb.Command_EnvironmentVariable{{Name: "PATH", Value: os.Getenv("PATH")}}}
	d := pb.Digest(digest.SHA256.Of(big))
	for _, salt := range []string{"1", "2"} {
		r := c.execute(c.action(&repb.Action{Salt: []byte(salt)}, command, &repb.FileNode{Name: "a", Digest: d}))
		if outs := r.GetResult().GetOutputFiles(); len(outs) != 1 || outs[0].GetDigest().GetHash() != d.GetHash() {
			t.Errorf("%v", r)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
