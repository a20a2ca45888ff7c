package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"thinrex/go/internal/quick"
	"thinrex/go/link/distfile"
)

func TestMain(m *testing.M) {
	// Many tests wait for a service that is away, so more than one for each core may run.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"thinrex": main, "naive": naive})
}

// naive is the least that a distributor can do: each command as it stands.
func naive() {
	f, err := distfile.Read(os.Args[len(os.Args)-1])
	if err != nil {
		panic(err)
	}
	for _, job := range f.Jobs {
		cmd := exec.Command(f.Common.Compiler(), slices.Concat(f.Common.Args[1:], job.Args)...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			panic(err)
		}
	}
}

// TestScripts runs testdata/*.txtar: terminal sessions with the real clang
// and lld. Each has its own cache, set in the environment as a user could.
func TestScripts(t *testing.T) {
	quick.Skip(t, "links with clang and lld")
	for _, tool := range []string{"clang-22", "clang++-22", "ld.lld-22", "lld-link-22", "llvm-ar-22"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%v (scripts/install-tools.sh installs it)", err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: setupScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"same":    cmdSame,
			"summary": cmdSummary,
			"corrupt": cmdCorrupt,
			"sh":      cmdShell,
		},
		RequireExplicitExec: true,
	})
}

func setupScript(env *testscript.Env) error {
	thinrex, err := exec.LookPath("thinrex")
	if err != nil {
		return err
	}
	examples, err := filepath.Abs("../../../examples")
	if err != nil {
		return err
	}
	work := env.WorkDir
	tmp := filepath.Join(work, ".tmp")
	env.Setenv("THINREX", thinrex)
	env.Setenv("EXAMPLES", examples)
	env.Setenv("USER_HOME", os.Getenv("HOME"))
	// One flag turns it on; everything else comes from the environment.
	env.Setenv("DTLTO", "-fthinlto-distributor="+thinrex)
	env.Setenv("THINREX_DISK_CACHE", filepath.Join(work, ".cache"))
	env.Setenv("THINREX_SUMMARY_FILE", filepath.Join(work, ".summary"))
	env.Setenv("XDG_CACHE_HOME", filepath.Join(work, ".xdg-cache"))
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(work, ".xdg-config"))
	env.Setenv("TMPDIR", tmp)
	return os.MkdirAll(tmp, 0o755)
}

// cmdSame checks that files are equal, byte for byte.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] same FILE FILE")
	}
	if equal := ts.ReadFile(args[0]) == ts.ReadFile(args[1]); equal == neg {
		ts.Fatalf("%s and %s: equal is %v", args[0], args[1], equal)
	}
}

// cmdSummary checks fields of the last link's summary: summary jobs=3 hits=3.
// Those that aren't named, of hits, local, remote, failed, skipped and
// uncached, must be 0. The file is removed, so that no summary counts twice.
func cmdSummary(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! summary")
	}
	path := ts.MkAbs(".summary")
	got := map[string]any{}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(path)), &got))
	ts.Check(os.Remove(path))
	want := map[string]string{"hits": "0", "local": "0", "remote": "0", "failed": "0", "skipped": "0", "uncached": "0"}
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		want[key] = value
	}
	for key, value := range want {
		if fmt.Sprint(got[key]) != value {
			ts.Fatalf("summary: %s is %v, want %s\n%v", key, got[key], value, got)
		}
	}
}

// cmdCorrupt damages all files below a folder: corrupt truncate|flip|empty DIR.
func cmdCorrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: corrupt truncate|flip|empty DIR")
	}
	changed := 0
	ts.Check(filepath.Walk(ts.MkAbs(args[1]), func(path string, fi os.FileInfo, err error) error {
		if err != nil || !fi.Mode().IsRegular() || fi.Size() == 0 {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch args[0] {
		case "truncate":
			data = data[:len(data)/2]
		case "flip":
			data = bytes.ToUpper(data)
			data[len(data)-1] ^= 1
		case "empty":
			data = nil
		}
		changed++
		return os.WriteFile(path, data, 0o644)
	}))
	if changed == 0 {
		ts.Fatalf("nothing to corrupt in %s", args[1])
	}
}

// cmdShell runs a shell script that the test holds as a file, for what needs
// pipes, jobs or loops.
func cmdShell(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("sh", append([]string{"-eu"}, args...)...)
	if (err != nil) != neg {
		ts.Fatalf("sh %s: error %v", strings.Join(args, " "), err)
	}
}
