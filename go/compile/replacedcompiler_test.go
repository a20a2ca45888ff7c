//go:build linux

package compile_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/compile"
)

// Another compiler, or another version in the same place.
func TestCompilerUpgrade(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "int v;\n"})
	bin := p.TempDir()
	real, err := filepath.EvalSymlinks("/usr/bin/clang-22")
	if err != nil {
		t.Fatal(err)
	}
	p.Env = append(os.Environ(), "LD_LIBRARY_PATH="+filepath.Join(filepath.Dir(real), "../lib"))
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("compiled", args...)
	data, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	// Bytes after its end change a program's identity, not what it does.
	p.write(map[string]string{filepath.Join(bin, "clang-22"): string(data) + "patched"})
	if err := os.Chmod(filepath.Join(bin, "clang-22"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func() string {
		var said string
		o := p.Options
		o.Verbose = func(format string, a ...any) { said += fmt.Sprintf(format, a...) }
		if _, err := compile.Run(t.Context(), filepath.Join(bin, "clang-22"),
			append(args, "-resource-dir=/usr/lib/llvm-22/lib/clang/22"), o); err != nil {
			t.Fatal(err)
		}
		return said
	}
	first := run()
	if !strings.Contains(first, "compiled") || strings.Contains(first, "hit") {
		t.Errorf("another compiler: %q", first)
	}
	if again := run(); !strings.Contains(again, "hit") {
		t.Errorf("again: %q", again)
	}
	p.write(map[string]string{filepath.Join(bin, "clang-22"): string(data) + "patched again"})
	if upgraded := run(); strings.Contains(upgraded, "hit") {
		t.Errorf("upgraded: %q", upgraded)
	}
}

// What leads to a compiler may do anything. A script isn't even asked.
func TestWrapper(t *testing.T) {
	p := newProject(t, map[string]string{
		"a.c": "int v;\n", "wrap.c": "#include <unistd.h>\nint main(int n, char **args) { return execvp(\"clang-22\", " +
			"args); }\n",
	})
	bin := p.TempDir()
	script, program, asked := filepath.Join(bin, "script"), filepath.Join(bin, "program"), filepath.Join(bin, "asked")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n>"+asked+"\nexec clang-22 \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(compiler, "wrap.c", "-o", program).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for wrapper, reason := range map[string]string{script: script + " is a script",
		program: program + " isn't a clang itself, but may start one"} {
		_, err := compile.Run(t.Context(), wrapper, []string{"-flto=thin", "-c", "a.c"}, p.Options)
		if _, ok := errors.AsType[*compile.NotCached](err); !ok || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", wrapper, err)
		}
	}
	if _, err := os.Stat(asked); err == nil {
		t.Error("the script was run")
	}
}
