//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
)

// buildFront builds the front and the whole program into one folder. It returns the front.
func buildFront(t *testing.T) string {
	t.Helper()
	quick.Skip(t, "builds the program twice")
	dir := t.TempDir()
	for name, tags := range map[string]string{"thinrex": "front", "thinrex-full": ""} {
		cmd := exec.Command("go", "build", "-tags", tags, "-o", filepath.Join(dir, name), ".")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return filepath.Join(dir, "thinrex")
}

// What takes long to load stays out of the front: a hit of thinrex cc takes 5 ms, of which
// gRPC alone would take 2.
func TestFrontLoadsLittle(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags", "front", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for library := range strings.FieldsSeq(string(out)) {
		for _, heavy := range []string{
			"google.golang.org/grpc", "google.golang.org/protobuf/proto", "github.com/bazelbuild/", "net/http",
			"crypto/tls", "html/template", "go.starlark.net/",
		} {
			if library == strings.TrimSuffix(heavy, "/") || strings.HasPrefix(library, strings.TrimSuffix(heavy, "/")+"/") {
				t.Errorf("the front loads %s: put //go:build !front into the file that needs it, and add its command "+
					"in whole.go", library)
			}
		}
	}
}

// Whichever of the two programs does the work, the user sees the same.
func TestFrontAndWholeProgram(t *testing.T) {
	front := buildFront(t)
	dir := t.TempDir()
	env := append(os.Environ(), "THINREX_DISK_CACHE="+filepath.Join(dir, "cache"), "HOME="+dir)
	run := func(program string, args ...string) (printed string, code int) {
		cmd := exec.Command(program, args...)
		cmd.Env, cmd.Dir = env, dir
		out, err := cmd.CombinedOutput()
		if exit, ok := err.(*exec.ExitError); ok {
			return string(out), exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		return string(out), 0
	}
	for _, args := range []string{
		"version", "--version", "flags", "--help", "help", "cc --help", "help cc", "flags --help", "help nothing",
		"clear", "config", "prune", "stats", "doctor --nothing", "prun", "--dsk_cache=x", "", "missing.dist-file.json",
		"--verbose clear", "--disk_cache=relative clear", "cc", "cc --jobs=1 -- true", "cc -- no-such-compiler -c a.cc",
		"cc -- sh -c exit${IFS}7", "completion bash", "__complete pr", "__completeNoDesc flags --for cm",
	} {
		got, code := run(front, strings.Fields(args)...)
		want, wantCode := run(front+"-full", strings.Fields(args)...)
		if got != want || code != wantCode {
			t.Errorf("thinrex %s: exit code %d, want %d\n%s\nwant\n%s", args, code, wantCode, got, want)
		}
	}
}

// A damaged installation is a message, and never a loop of programs that start themselves.
func TestFrontWithoutWholeProgram(t *testing.T) {
	front := buildFront(t)
	full := front + "-full"
	program, err := os.ReadFile(front)
	if err != nil {
		t.Fatal(err)
	}
	for what, damage := range map[string]func() error{
		"missing":        func() error { return nil },
		"a folder":       func() error { return os.Mkdir(full, 0o755) },
		"can't be run":   func() error { return os.WriteFile(full, nil, 0o644) },
		"another name":   func() error { return os.Symlink(front, full) },
		"the same again": func() error { return os.WriteFile(full, program, 0o755) },
	} {
		if err := errors.Join(os.RemoveAll(full), damage()); err != nil {
			t.Fatal(err)
		}
		for _, args := range []string{"du", "help cc", "cc --remote_cache=grpc://127.0.0.1:1 -- true"} {
			out, err := exec.Command(front, strings.Fields(args)...).CombinedOutput()
			exit, ok := err.(*exec.ExitError)
			if !ok || exit.ExitCode() != exitEnvironment || !strings.Contains(string(out), full) {
				t.Errorf("%s: thinrex %s: %v\n%s", what, args, err, out)
			}
		}
	}
}

// A service is the whole program's business. Without that program, the front says so.
func TestFrontWithService(t *testing.T) {
	front := buildFront(t)
	dir, server := t.TempDir(), reapitest.StartT(t, reapitest.Options{})
	if err := os.WriteFile(filepath.Join(dir, "a.c"), []byte("int a;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	compile := func(diskCache string) (string, error) {
		cmd := exec.Command(front, "cc", "--verbose", "--disk_cache="+filepath.Join(dir, diskCache),
			"--remote_cache=grpc://"+server.Addr(), "--", "clang-22", "-flto=thin", "-c", "a.c", "-o", "a.o")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, tt := range []struct{ cache, want string }{
		{"first", "a.c: compiled\n"}, {"first", "a.c: hit\n"}, {"second", "a.c: remote hit\n"},
	} {
		if out, err := compile(tt.cache); err != nil || !strings.Contains(out, tt.want) {
			t.Errorf("%q, %v, want %q", out, err, tt.want)
		}
	}
	if err := os.Remove(front + "-full"); err != nil {
		t.Fatal(err)
	}
	out, err := compile("first")
	exit, ok := err.(*exec.ExitError)
	if !ok || exit.ExitCode() != exitEnvironment || !strings.Contains(out, "there is no "+front+"-full") {
		t.Errorf("without the whole program: %v, %q", err, out)
	}
	t.Setenv("THINREX_DISABLE", "1") // needs no service
	if out, err := compile("first"); err != nil {
		t.Errorf("disabled, without the whole program: %v, %q", err, out)
	}
	_, err = exec.Command(front, "help", "cc").Output()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != exitEnvironment {
		t.Errorf("help without the whole program: %v", err)
	}
}
