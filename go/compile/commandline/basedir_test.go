package commandline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

// inBuild parses a line, in which ROOT stands for a checkout, in the checkout's
// build folder.
func inBuild(t *testing.T, line string) (in *commandline.Invocation, root string, err error) {
	t.Helper()
	root, err = filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"src", "inc", "build"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/usr", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	build := filepath.Join(root, "build")
	t.Chdir(build)
	words := strings.Fields(strings.ReplaceAll(line, "ROOT", root) + " -flto=thin -c")
	in, err = commandline.Parse("clang", words, commandline.Options{Dir: build, BaseDir: root})
	return in, root, err
}

// Absolute paths below the checkout become relative, in the same way in each.
func TestBaseDir(t *testing.T) {
	for line, want := range map[string]string{
		"ROOT/src/a.c":                             "../src/a.c",
		"-IROOT/inc -isystemROOT/src a.c":          "-I ../inc -isystem ../src a.c",
		"--sysroot=ROOT -include ROOT/inc/h.h a.c": "--sysroot=.. -include ../inc/h.h a.c",
		"-fprofile-use=ROOT/src/p a.c":             "-fprofile-use=../src/p a.c",
		"-I/usr/include a.c":                       "-I /usr/include a.c",
		"-IROOT/absent/inc a.c":                    "-I ../absent/inc a.c",
		"-IROOT/src/../absent a.c":                 "-I ../absent a.c",
		"-IROOT/src/../inc a.c":                    "-I ../inc a.c",
		"-IROOT/link/../inc a.c":                   "-I ROOT/link/../inc a.c",   // it is below /
		"-IROOT/absent/../inc a.c":                 "-I ROOT/absent/../inc a.c", // there is none
		"-DDIR=ROOT a.c":                           "-DDIR=ROOT a.c",
		"-g -ffile-prefix-map=ROOT=Q a.c":          "-g -ffile-prefix-map=thinrex base ..=Q a.c",
		"-g -ffile-prefix-map=ROOT=Q -fdebug-compilation-dir=ROOT/build a.c": "" +
			"-g -ffile-prefix-map=thinrex base ..=Q -fdebug-compilation-dir=Q/build a.c",
	} {
		in, root, err := inBuild(t, line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := strings.ReplaceAll(strings.Join(in.KeyArgs, " "), root, "ROOT"); got != want+" -flto=thin -c" {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
		if args := strings.Join(in.Args, " "); strings.Contains(args, "thinrex") {
			t.Errorf("%s: the compiler gets %s", line, args)
		}
	}
}

// With a prefix map in the key, other absolute names can't be shared.
func TestShareable(t *testing.T) {
	for _, test := range []struct {
		line, file string
		in         bool // a #line in it
		want       bool
	}{
		{"-g -ffile-prefix-map=ROOT=Q a.c", "../src/h.h", false, true},
		{"-g -ffile-prefix-map=ROOT=Q a.c", "../src/h.h", true, false},
		{"-g -ffile-prefix-map=ROOT=Q a.c", "ROOT/src/h.h", false, false},
		{"-g -ffile-prefix-map=ROOT=Q a.c", "/usr/include/h.h", false, true},
		{"-g -ffile-prefix-map=/usr=Q a.c", "ROOT/src/h.h", true, true},
		{"-g a.c", "ROOT/src/h.h", true, true},
	} {
		in, root, err := inBuild(t, test.line)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Shareable(strings.ReplaceAll(test.file, "ROOT", root), test.in); (err == nil) != test.want {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// A depfile gets the names back that the command gave.
func TestRestoreDepfile(t *testing.T) {
	for _, test := range []struct{ line, relative, want string }{
		{
			"-MD -IROOT/inc ROOT/src/a.c",
			"a.o: ../src/a.c ../inc/h.h /usr/include/x.h\n",
			"a.o: ROOT/src/a.c ROOT/inc/h.h /usr/include/x.h\n",
		},
		{
			"-MD -MP -MT ROOT/x -MQ b$ -IROOT/inc a.c",
			"x b$$: a.c ../inc/h.h\n",
			"ROOT/x b$$: a.c ROOT/inc/h.h\nROOT/inc/h.h:\n",
		},
		{"-MD -I../inc a.c", "a.o:  a.c\n", "a.o:  a.c\n"},
	} {
		in, root, err := inBuild(t, test.line)
		if err != nil {
			t.Fatal(err)
		}
		got, err := in.RestoreDepfile([]byte(test.relative))
		unwrapped := strings.ReplaceAll(strings.ReplaceAll(string(got), " \\\n ", ""), root, "ROOT")
		if err != nil || unwrapped != test.want {
			t.Errorf("%s: %q %v, want %q", test.line, unwrapped, err, test.want)
		}
	}
	if in, _, err := inBuild(t, "-MD ROOT/src/a.c"); err != nil {
		t.Error(err)
	} else if got, err := in.RestoreDepfile([]byte("a.o: another.c\n")); err == nil {
		t.Errorf("a depfile without the source: %q", got)
	}
}

// A command is refused if its depfile wouldn't tell which names were relative.
func TestUnrestorableDepfile(t *testing.T) {
	for line, restorable := range map[string]bool{
		"-MD -IROOT/inc ROOT/src/a.c": true, "-MD -I../inc a.c": true, "-IROOT/build -I. a.c": true,
		"-MD -IROOT/inc -I../inc a.c": false, "-MD -IROOT/build a.c": false, "-MD -I. ROOT/build/a.c": false,
	} {
		if _, _, err := inBuild(t, line); (err == nil) != restorable {
			t.Errorf("%s: %v", line, err)
		}
	}
	t.Chdir("/")
	for env, restorable := range map[string]bool{
		"CPATH=/usr":           true,
		"CPATH=usr":            false,
		"C_INCLUDE_PATH=usr/x": false,
		"HOME=usr":             true,
	} {
		o := commandline.Options{Dir: "/", BaseDir: "/", Env: []string{env}}
		_, err := commandline.Parse("clang", strings.Fields("-flto=thin -c -MD -I/usr /usr/a.c"), o)
		if (err == nil) != restorable {
			t.Errorf("%s: %v", env, err)
		}
	}
}
