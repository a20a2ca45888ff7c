package bitcode

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"thinrex/go/internal/quick"
)

// Shards of the same content are equal whatever the linker's PID, the
// archives and the objects' order by name are.
func TestCanonicalShardsOfLLD(t *testing.T) {
	quick.Skip(t, "runs clang and lld")
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("keep", "#!/bin/sh\ncp ./*.thinlto.bc \"$SNAP\"\nexit 1\n", 0o777)
	main := ""
	for i := range 12 {
		main += fmt.Sprintf("int f%d(int);\n", i)
		write(fmt.Sprintf("f%d.c", i), fmt.Sprintf(`int f%d(int); static int a%d[4], b%d; extern int shared;
static int helper%d(int x) { b%d += shared; return a%d[x & 3]++ + b%d; }
int f%d(int x) { return x ? f%d(x - 1) + helper%d(x) : helper%d(b%d); }
void set%d(int v) { a%d[0] = b%d = v; }
`, (i+1)%12, i, i, i, i, i, i, i, (i+1)%12, i, i, i, i, i, i), 0o666)
	}
	write("main.c", main+"int shared = 3; int main(int n, char **v) { return f0(n) + f5(n); }\n", 0o666)
	run(t, dir, nil, "sh", "-ec",
		"clang-22 -O2 -flto=thin -c *.c; cp main.o zmain.o;"+
			" llvm-ar-22 rcs liball.a f*.o; llvm-ar-22 rcs libsome.a zmain.o f?.o")

	link := func(inputs string) map[string][]byte {
		snap := t.TempDir()
		cmd := exec.Command("sh", "-c",
			"clang-22 -flto=thin -fuse-ld=lld-22 -fthinlto-distributor=$PWD/keep -o prog "+inputs)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "SNAP="+snap)
		log, _ := cmd.CombinedOutput() // the distributor makes it fail
		shards := map[string][]byte{}
		files, err := filepath.Glob(filepath.Join(snap, "*"))
		if err != nil || len(files) != 13 {
			t.Fatalf("%d shards, want 13: %v\n%s", len(files), err, log)
		}
		for _, file := range files {
			s := parse(t, read(t, file))
			if s.summary == nil {
				t.Errorf("%s isn't understood", file)
			}
			shards[plainName(filepath.Base(file))] = s.Rename(plainName)
		}
		return shards
	}
	want := link("main.o liball.a")
	for _, inputs := range []string{
		"main.o liball.a",
		"main.o liball.a",
		"main.o f*.o",
		"zmain.o liball.a",
		"$PWD/main.o libsome.a f1?.o",
	} {
		for name, data := range link(inputs) {
			if !bytes.Equal(data, want[name]) {
				t.Errorf("%s: another shard for %s", inputs, name)
			}
		}
	}
}

var moduleOf = regexp.MustCompile(`z?(main|f\d+)[. ]`)

func plainName(path string) string { return moduleOf.FindStringSubmatch(filepath.Base(path))[1] }
