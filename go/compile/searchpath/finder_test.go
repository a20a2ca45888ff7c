//go:build linux

package searchpath_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"thinrex/go/compile/searchpath"
	"thinrex/go/internal/quick"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree writes files, or links for "-> target", below the working directory.
func tree(t testing.TB, files map[string]string) {
	t.Helper()
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			err = os.Symlink(target, name)
		} else {
			err = os.WriteFile(name, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func clang(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("clang-22")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func ask(t testing.TB, args ...string) *searchpath.SearchPath {
	t.Helper()
	s, err := searchpath.Ask(t.Context(), clang(t), question(args))
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return s
}

func question(args []string) searchpath.Question {
	return searchpath.Question{Search: args, Driver: append([]string{"-c"}, args...), Env: os.Environ()}
}

func TestAsk(t *testing.T) {
	quick.Skip(t, "runs clang")
	t.Chdir(t.TempDir())
	tree(t, map[string]string{"q/x": "", "i/x": "", "s/x": "", "R/share/asan_ignorelist.txt": ""})
	s := ask(t, "-Ii", "-iquote", "q", "-isystem", "s", "-Iabsent", "-fsanitize=address", "-resource-dir=R", "-x", "c")
	if !slices.Equal(s.Quote, []string{"q"}) || !slices.Equal(s.Angle[:2], []string{"i", "s"}) {
		t.Errorf("%q %q", s.Quote, s.Angle)
	}
	if !slices.Equal(s.Lists, []string{"R/share/asan_ignorelist.txt"}) {
		t.Errorf("ignore lists %q", s.Lists)
	}
	if !s.Stands() {
		t.Error("it doesn't stand")
	}
	if err := os.Mkdir("absent", 0o700); err != nil {
		t.Fatal(err)
	}
	if s.Stands() {
		t.Error("a folder has come, and it stands")
	}
}

// What isn't known to be a clang that is understood isn't used.
func TestNotUnderstood(t *testing.T) {
	quick.Skip(t, "runs clang")
	t.Chdir(t.TempDir())
	tree(t, map[string]string{
		"a.cfg": "-O2\n", "wrap.c": "#include <unistd.h>\nint main(int n, char **args) { return execvp(\"clang-22\", " +
			"args); }\n",
	})
	if out, err := exec.Command(clang(t), "wrap.c", "-o", "wrap").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, test := range []struct{ compiler, args, reason string }{
		{"./wrap", "-x c", "isn't a clang itself, but may start one"},
		{"/bin/true", "", "isn't a clang itself, but may start one"},
		{"/bin/false", "", "doesn't print where it looks"},
		{"/absent/clang", "", "can't start the compiler"},
		{clang(t), "-x c --config=./a.cfg", "reads a configuration file"},
		{clang(t), "-x c --target=x86_64-pc-windows-msvc", "isn't ELF"},
		{clang(t), "-x c --target=x86_64-apple-macosx", "isn't ELF"},
	} {
		if _, err := searchpath.Ask(t.Context(), test.compiler,
			question(strings.Fields(test.args))); err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s %s: %v, want %q", test.compiler, test.args, err, test.reason)
		}
	}
}

func TestForced(t *testing.T) {
	t.Chdir(t.TempDir())
	tree(t, map[string]string{"h.h": "", "i/h.h": "", "i/g.h": "", "q/k.h/x": "", "i/k.h": ""})
	s := &searchpath.SearchPath{Quote: []string{"q"}, Angle: []string{"i"}}
	for name, want := range map[string][]string{"h.h": {"h.h"}, "g.h": {"i/g.h"}, "./i/h.h": {"i/h.h"}, "k.h": {"i/k.h"},
		"absent.h": nil, "/etc/passwd": {"/etc/passwd"}} {
		if got := s.Forced([]string{name}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
