//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// index writes the indexes of the site's modules, and the objects that clang makes by them.
func (s *site) index() {
	s.t.Helper()
	s.run("clang-22 -O2 -flto=thin -fuse-ld=lld -Wl,--thinlto-index-only f?.o main.o -o prog")
	for _, module := range s.modules() {
		s.run(backendOf(module, module+".want"))
	}
}

func backendOf(module, object string) string {
	return fmt.Sprintf("clang-22 -O2 -ffunction-sections -fdata-sections "+
		"-c -x ir %s.o -fthinlto-index=%s.o.thinlto.bc -o %s", module, module, object)
}

// backends runs the backend of each module as a command. All must tell the same, which
// backends returns.
func (s *site) backends() (outcome string) {
	s.t.Helper()
	for _, module := range s.modules() {
		said := s.backend(module)
		if outcome != "" && said != outcome {
			s.t.Errorf("%s: %q after %q", module, said, outcome)
		}
		outcome = said
	}
	return outcome
}

func (s *site) modules() []string {
	names := []string{"main"}
	for i := range modules {
		names = append(names, fmt.Sprintf("f%d", i))
	}
	return names
}

// backend runs the backend of one module, compares the object, and returns what thinrex says
// of the module.
func (s *site) backend(module string) string {
	s.t.Helper()
	printed := s.run("$THINREX cc --verbose -- " + backendOf(module, "got"))
	s.run("cmp got " + module + ".want; rm got")
	_, outcome, _ := strings.Cut(printed, "thinrex: "+module+".o: ")
	return strings.TrimSpace(outcome)
}

func newBackendSite(t *testing.T, options ...string) *site {
	t.Helper()
	s := newSite(t)
	s.with(options...)
	s.index()
	return s
}

func wantOutcome(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A remote cache shares the results of commands with other machines, and with links.
func TestBackendRemoteCache(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newBackendSite(t, "REMOTE_CACHE=grpc://"+server.Addr())
	wantOutcome(t, s.backends(), "compiled")
	lookups := server.Calls("GetActionResult")
	wantOutcome(t, s.backends(), "hit")
	if server.Calls("GetActionResult") != lookups {
		t.Error("the service was asked for what is on the disk")
	}
	s.forget()
	wantOutcome(t, s.backends(), "remote hit")
	s.forget()
	got, _ := s.link()
	wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
	s.nothingLeft()
}

// Workers execute commands as they execute jobs of links.
func TestBackendRemoteExecution(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newBackendSite(t, "REMOTE_EXECUTOR=grpc://"+server.Addr())
	got, _ := s.link()
	wantSummary(t, got, report.Summary{Remote: every})
	s.forget()
	wantOutcome(t, s.backends(), "remote hit")
	s.forget()
	server.Wipe(true)
	wantOutcome(t, s.backends(), "compiled on a worker")
	for _, call := range server.Requests("Execute") {
		if call.Metadata.GetActionMnemonic() != backendMnemonic {
			t.Errorf("%s: metadata %v", call.Method, call.Metadata)
		}
	}

	// Without the service, this machine compiles; with --exec_strategy=remote it doesn't.
	s.forget()
	server.Stop()
	s.with("EXEC_STRATEGY=remote")
	out, err := s.command("$THINREX cc -- " + backendOf("f0", "got")).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitEnvironment {
		t.Errorf("without workers: %v\n%s", err, out)
	}
	if _, err := os.Stat(s.path("got")); err == nil {
		t.Error("a command that failed left an object")
	}
	s.with("EXEC_STRATEGY=remote_local_fallback")
	wantOutcome(t, s.backend("f0"), "compiled")
	s.nothingLeft()
}

// An outage of the remote cache costs a build one warning.
func TestBackendOutage(t *testing.T) {
	t.Parallel()
	s, server := newDownSite(t)
	s.index()
	run := func(module string) string { return s.run("$THINREX cc -- " + backendOf(module, "got")) }
	wantPrinted(t, run("f0"), cantUse)
	wantPrinted(t, run("f1"), "")
	restart(t, server)
	wantPrinted(t, run("f2"), "")
	if n := server.Calls("GetCapabilities"); n != 0 {
		t.Errorf("%d calls within the minute", n)
	}
}

// After an edit of a module, the command of one that imports from it hits by its slices.
func TestBackendSlices(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.index()
	wantOutcome(t, s.backends(), "compiled")
	s.edit()
	s.index()
	for module, want := range map[string]string{"main": "hit", "f0": "compiled", "f1": "hit"} {
		wantOutcome(t, module+" "+s.backend(module), module+" "+want)
	}
	s.nothingLeft()
}

// A command that is ended by a signal leaves nothing behind, and its process says so.
func TestBackendKilled(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.write("slow.c", "void slow(int *p) {\n"+strings.Repeat("  p[p[0] & 63] += p[p[1] & 63] * 3;\n", 4000)+"}\n")
			s.run("clang-22 -O1 -emit-llvm -Xclang -disable-llvm-passes -c slow.c -o slow.o")
			cmd := s.command("exec $THINREX cc -- clang-22 -O2 -c -x ir slow.o -fthinlto-index=/dev/null -o got")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
			eventually(t, "the compiler to run", func() bool {
				running, _ := filepath.Glob(s.path("tmp/thinrex-*"))
				return len(running) > 0
			})
			if err := syscall.Kill(cmd.Process.Pid, signal); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitSignal+int(signal) {
				t.Errorf("after the signal: %v", err)
			}
			if _, err := os.Stat(s.path("got")); err == nil {
				t.Error("there is an object")
			}
			s.nothingLeft()
		})
	}
}
