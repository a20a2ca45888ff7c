package link_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/host"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
)

// Services have many messages for a worker without the compiler. For each of them, and
// for no other, one line names the options to use.
func TestWorkerWithoutCompiler(t *testing.T) {
	refuse := func(code codes.Code, message string) reapitest.ExecuteFunc {
		return func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
			return nil, status.Error(code, message)
		}
	}
	exit := func(code int, stderr string) reapitest.ExecuteFunc {
		return func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
			return &reapitest.Result{ExitCode: code, Stderr: []byte(stderr)}, nil
		}
	}
	for _, tc := range []struct {
		name    string
		execute reapitest.ExecuteFunc
		led     bool
	}{
		{"fork/exec", refuse(codes.InvalidArgument, "run command: fork/exec /w/workercc: no such file or directory"), true},
		{"executable not found", refuse(codes.InvalidArgument, "executable not found"), true},
		{"in PATH", refuse(codes.NotFound, `exec: "workercc": executable file not found in $PATH`), true},
		{"os error 2", refuse(codes.FailedPrecondition, "No such file or directory (os error 2) : Could not execute"), true},
		{"internal", refuse(codes.Internal, "posix_spawn: /w/workercc: No such file or directory"), true},
		{"126", exit(126, "sh: /w/workercc: Permission denied\nmore\n"), true},
		{"127", exit(127, "/w/workercc: not found\n"), true},
		{"a library", exit(127, "workercc: error while loading shared libraries: libLLVM.so\n"), true},
		{"a blob", refuse(codes.FailedPrecondition, "blob 123abc/45 does not exist"), false},
		{"a queue", refuse(codes.InvalidArgument, "no queue for these properties"), false},
		{"a disk", refuse(codes.Internal, "cannot create folder: No space left on device"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, manyDifferent(4))
			server := service(t, func(o *reapitest.Options) { o.Execute = tc.execute })
			led := func(text string) bool {
				return strings.Contains(text, "--remote_compiler") && strings.Contains(text, "--toolchain=upload")
			}
			s, err := w.link(within(t), setup{strategy: link.Remote, service: server})
			w.check(s, err)
			if _, ok := errors.AsType[*host.EnvironmentError](err); !ok || led(err.Error()) != tc.led {
				t.Errorf("%+v, %v", s, err)
			}
			s, err = w.link(within(t), setup{strategy: link.Fallback, service: server})
			w.check(s, err)
			if printed := w.stderr(); err != nil || s.Local != 4 || strings.Count(printed, "\n") != 1 || led(printed) != tc.led {
				t.Errorf("%+v, %v; stderr:\n%s", s, err, printed)
			}
		})
	}
}

// A compiler of an older LLVM than lld, here or on a worker, is named with both
// versions and with what mends it.
func TestOlderCompiler(t *testing.T) {
	const summary = "Error loading index file 'm.thinlto.bc': " +
		"Invalid summary version 14. Version should be in the range [1-12]."
	const bitcode = "error: Unknown attribute kind (105) (Producer: 'LLVM23.1.4' Reader: 'LLVM 22.1.8')"
	for _, tc := range []struct {
		name, message string
		exit          int
		wants         []string
	}{
		{"summary, exit 0", summary, 0, []string{"LLVM 23 or later", "version 14", "LLVM 22 (", "up to 12"}},
		{"summary", summary, 1, []string{"LLVM 23 or later", "version 14", "LLVM 22 (", "up to 12"}},
		{"bitcode", bitcode, 1, []string{"LLVM 23.1.4", "LLVM 22.1.8"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := service(t, func(o *reapitest.Options) {
				o.Execute = func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
					empty := []reapitest.Output{{Path: "m.native.o"}}
					return &reapitest.Result{ExitCode: tc.exit, Stderr: []byte(tc.message + "\n"), Outputs: empty}, nil
				}
			})
			check := func(where, text, mend string) {
				for _, want := range append(tc.wants, mend) {
					if !strings.Contains(text, want) {
						t.Errorf("%s: %q isn't in\n%s", where, want, text)
					}
				}
			}
			w := newWorld(t, []string{"a"})
			s, err := w.link(within(t), setup{strategy: link.Remote, service: server})
			w.check(s, err)
			if err == nil {
				t.Fatal("the link succeeded")
			}
			check("on a worker", w.stderr()+err.Error(), "--remote_compiler=PATH")
			s, err = w.link(within(t), setup{strategy: link.Fallback, service: server})
			w.check(s, err)
			if err != nil {
				t.Error(err)
			}
			check("in place of a worker", w.stderr(), "--remote_compiler=PATH")
			script := "printf '%s\\n' \"" + tc.message + "\" >&2; exit 1"
			w = newWorld(t, []string{"a"})
			w.write("old.sh", []byte(script))
			w.contents[0] = "a run sh " + w.dir + "/old.sh"
			w.write(w.file.Jobs[0].Module(), []byte(w.contents[0]+"\n"))
			s, err = w.link(within(t), setup{})
			if err == nil || s.Failed != 1 {
				t.Errorf("%+v, %v", s, err)
			}
			check("here", w.stderr(), "--thinlto-remote-compiler=PATH")
		})
	}
}

// The real compiler prints the message that OlderCompiler looks for, and exits with 0.
func TestClangRefusesNewerSummary(t *testing.T) {
	w := newWorld(t, []string{"a"})
	shard := shardFor("a.o", "b.o", smallShard)
	if !setSummaryVersion(shard, 14) {
		t.Fatal("the shard's version wasn't found")
	}
	w.write("a.thinlto.bc", shard)
	for _, name := range []string{"a.o", "b.o"} {
		if err := os.Symlink(filepath.Join(parts.dir, name), name); err != nil {
			t.Fatal(err)
		}
	}
	w.file.Common.Args[0] = "/usr/bin/clang-22"
	job := &w.file.Jobs[0]
	job.Inputs = []string{"a.o", "a.thinlto.bc", "b.o"}
	job.Args = []string{"a.o", "-fthinlto-index=a.thinlto.bc", "-o", job.Outputs[0]}
	s, err := w.link(within(t), setup{})
	if err == nil || s.Failed != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	const want = "hint: lld is of LLVM 23 or later (it writes summary version 14), and the compiler of LLVM 22 ("
	if printed := w.stderr(); !strings.Contains(printed, want) {
		t.Errorf("stderr:\n%s", printed)
	}
}

// setSummaryVersion changes the record that gives a shard's version: not
// abbreviated, code 10, one operand, at the beginning of its block.
func setSummaryVersion(shard []byte, version byte) bool {
	const unabbreviated, code, operands, old = 3, 10, 1, 12
	want := uint32(unabbreviated | code<<4 | operands<<10 | old<<16)
	for i := 0; i+4 <= len(shard); i += 4 {
		if word := binary.LittleEndian.Uint32(shard[i:]); word&(1<<22-1) == want {
			binary.LittleEndian.PutUint32(shard[i:], word&^(63<<16)|uint32(version)<<16)
			return true
		}
	}
	return false
}
