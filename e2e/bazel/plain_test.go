//go:build e2e_bazel && linux

package bazel

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What Bazel's build has compiled is not compiled again by CMake and Ninja, nor
// by a shell script, if they compile the same sources with the same flags.
func testPlainBuild(t *testing.T, w workspace) {
	cache := w.folder(t)
	w = w.thinrexCache(cache)
	w.build(t, "//:one").expect(t, "one", cold)
	flags := w.compileFlags(t)
	link := append([]string{"-fthinlto-distributor=" + site.Thinrex(t)},
		"-flto=thin", "-fuse-ld=lld-22", "-Xthinlto-distributor=--verbose", "-Xthinlto-distributor=--disk_cache="+cache)

	t.Run("clang", func(t *testing.T) {
		dir := w.folder(t)
		copyTree(t, "testdata/workspace", dir)
		sources := []string{"one.cc", "lib/digits.cc", "lib/fold.cc", "lib/print.cc", "lib/sum.cc"}
		var objects []string
		for _, source := range sources {
			object := strings.TrimSuffix(source, ".cc") + ".o"
			objects = append(objects, object)
			w.run(t, dir, "clang++-22", append(slices.Clone(flags), "-c", source, "-o", object)...)
		}
		output := w.run(t, dir, "clang++-22", slices.Concat(link, objects, []string{"-o", "one"})...)
		expectHits(t, output)
	})
	t.Run("cmake", func(t *testing.T) {
		dir := w.folder(t)
		copyTree(t, "testdata/workspace", dir)
		copyTree(t, "testdata/relative.sh", filepath.Join(dir, "relative.sh"))
		w.run(t, dir, "cmake", "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-22",
			"-DCMAKE_CXX_COMPILER_LAUNCHER="+filepath.Join(dir, "relative.sh"), "-DCMAKE_AR=/usr/bin/llvm-ar-22",
			"-DCMAKE_RANLIB=/usr/bin/llvm-ranlib-22", "-DCMAKE_CXX_FLAGS="+strings.Join(flags, " "),
			"-DCMAKE_EXE_LINKER_FLAGS="+strings.Join(link, " "), ".")
		expectHits(t, w.run(t, dir, "ninja", "-v"))
		if got := w.run(t, dir, "./one"); got != onePrints {
			t.Errorf("one prints %q", got)
		}
	})
}

func expectHits(t *testing.T, output string) {
	t.Helper()
	if got, ok := parseSummary(output); !ok || got != warm {
		t.Errorf("summary %+v, want %+v:\n%s", got, warm, output)
	}
}

// compileFlags returns the flags of Bazel's compilations that decide what is in
// an object.
func (w workspace) compileFlags(t *testing.T) []string {
	t.Helper()
	args := append([]string{"aquery", "--noshow_progress", "--ui_event_filters=-info,-warning", "--output=jsonproto"},
		w.flags...)
	output := w.run(t, w.root, "bazel", append(args, `mnemonic("CppCompile", deps(//:one))`)...)
	var graph struct {
		Actions []struct{ Arguments []string }
	}
	start := strings.Index(output, "{\n")
	if err := json.NewDecoder(bytes.NewReader([]byte(output[max(start, 0):]))).Decode(&graph); err != nil {
		t.Fatal(err)
	}
	for _, action := range graph.Actions {
		if slices.Contains(action.Arguments, "lib/sum.cc") && slices.Contains(action.Arguments, "-flto=thin") {
			return withoutFiles(action.Arguments[1:])
		}
	}
	t.Fatalf("lib/sum.cc is compiled with -flto=thin nowhere")
	return nil
}

// withoutFiles drops a compilation's own files, and definitions with quotes that
// a CMake variable would need escapes for.
func withoutFiles(args []string) []string {
	var flags []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "-MF" || arg == "-o" || arg == "-c":
			i++
		case arg == "-MD" || strings.HasPrefix(arg, "-frandom-seed=") || strings.ContainsAny(arg, `"`):
		default:
			flags = append(flags, arg)
		}
	}
	return flags
}
