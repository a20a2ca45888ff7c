package bitcode

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thinrex/go/internal/quick"
)

// The module paths of a link: as given, and as lld names an archive's member.
//
// LLVM 22 damages the bytes of a path that follow a non-ASCII one, when it
// writes the shard: https://github.com/llvm/llvm-project/issues/194318. So the
// tests take such paths from llvm-dis.
const (
	mainPath    = "a b (1).o"
	unicodePath = "ü-long enough.o"
)

var memberPath = regexp.MustCompile(`^libbc\.a\(lib\.o at \d+\)\.\d+\.[0-9A-F]+\.o$`)

// linkShards returns the shards of a small program, and a full module of it.
func linkShards(t *testing.T) (shards map[string][]byte, whole []byte) {
	t.Helper()
	dir, snap := t.TempDir(), t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("main.cpp", "int f(int); int g(int); int main(int n, char **) { return f(n) + g(n); }", 0o666)
	write("f.cpp", "int f(int x) { return x + 1; }", 0o666)
	write("lib.cpp", "int g(int x) { return x * 7; }", 0o666)
	write("dist.sh", "#!/bin/sh\ncp ./*.thinlto.bc \"$SNAP\"\nexit 1\n", 0o777)
	for source, object := range map[string]string{"main.cpp": mainPath, "f.cpp": unicodePath, "lib.cpp": "lib.o"} {
		run(t, dir, nil, "clang++-22", "-O2", "-flto=thin", "-c", source, "-o", object)
	}
	run(t, dir, nil, "llvm-ar-22", "rc", "libbc.a", "lib.o")

	cmd := exec.Command("clang++-22", "-O2", "-flto=thin", "-fuse-ld=lld-22",
		"-fthinlto-distributor="+filepath.Join(dir, "dist.sh"), mainPath, unicodePath, "-L.", "-lbc", "-o", "prog")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "SNAP="+snap)
	log, _ := cmd.CombinedOutput() // the distributor makes it fail
	shards = map[string][]byte{}
	files, err := filepath.Glob(filepath.Join(snap, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		shards[filepath.Base(file)] = read(t, file)
	}
	if len(shards) != 3 {
		t.Fatalf("%d shards, want 3; the link said:\n%s", len(shards), log)
	}
	return shards, read(t, filepath.Join(dir, mainPath))
}

func TestShardsOfLLD(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	shards, whole := linkShards(t)
	var all []string
	for name, data := range shards {
		t.Run(name, func(t *testing.T) {
			s := parse(t, data)
			text := disassemble(t, data)
			if diff := cmp.Diff(modulePaths(t, text), slices.Sorted(slices.Values(s.Paths()))); diff != "" {
				t.Errorf("paths (-llvm-dis +Paths):\n%s", diff)
			}
			all = append(all, s.Paths()...)

			renamed := s.Rename(same)
			if diff := cmp.Diff(text, disassemble(t, renamed)); diff != "" {
				t.Errorf("with the same names (-want +got):\n%s", diff)
			}
			checkVerbatim(t, s, renamed)

			// llvm-dis sorts by path, so the new ones must keep the order.
			renamed = s.Rename(func(p string) string { return "/näw (1)/" + p })
			text = strings.ReplaceAll(text, `(path: "`, `(path: "/n\C3\A4w (1)/`)
			if diff := cmp.Diff(text, disassemble(t, renamed)); diff != "" {
				t.Errorf("with new names (-want +got):\n%s", diff)
			}
			checkVerbatim(t, s, renamed)
		})
	}
	if !slices.Contains(all, mainPath) || !slices.ContainsFunc(all, memberPath.MatchString) ||
		!slices.ContainsFunc(all, func(p string) bool { return p[0] == unicodePath[0] }) {
		t.Errorf("paths of all shards = %q", all)
	}
	if _, err := Parse(whole); err == nil || !strings.HasSuffix(err.Error(), "a full module, not a summary index") {
		t.Errorf("full module: %v", err)
	}
}

// checkVerbatim compares what is outside the two blocks, but for sizes.
func checkVerbatim(t *testing.T, s *Shard, renamed []byte) {
	t.Helper()
	if s.summary == nil || s.index.body < s.strtab.end {
		t.Fatal("the summaries aren't understood")
	}
	before, head := bytes.Clone(s.data[:s.strtab.length]), bytes.Clone(renamed[:s.strtab.length])
	for _, f := range s.sizes {
		copy(head[f.at:f.at+4], before[f.at:])
	}
	if !bytes.Equal(head, before) {
		t.Errorf("before the module paths: %x, was %x", head, before)
	}
	if after := s.data[s.index.end:]; !bytes.HasSuffix(renamed, after) {
		t.Errorf("behind the summaries: not %x", after)
	}
}

func disassemble(t *testing.T, data []byte) string {
	t.Helper()
	return run(t, "", data, "llvm-dis-22", "-o", "-", "-")
}

var pathField = regexp.MustCompile(`\(path: "([^"]*)"`)

// modulePaths returns the module paths in llvm-dis's text, sorted.
func modulePaths(t *testing.T, text string) []string {
	t.Helper()
	var paths []string
	for _, m := range pathField.FindAllStringSubmatch(text, -1) {
		p, err := strconv.Unquote(`"` + strings.ReplaceAll(m[1], `\`, `\x`) + `"`)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// run returns what the command prints.
func run(t *testing.T, dir string, input []byte, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, &stderr)
	}
	return stdout.String()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
