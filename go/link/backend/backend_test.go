package backend

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/clang"
)

// debian is a compiler with Debian's defaults.
var debian = &clang.Compiler{
	Path:     "/absent/clang",
	Defaults: clang.Defaults{Target: "x86_64-pc-linux-gnu", AddrSig: true, PIC: true},
}

// newFolder changes into a folder with a module and an empty index.
func newFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range []string{"m.o", "index"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// arguments returns what all jobs of a command's dist-file have in common.
func arguments(t *testing.T, options string) (string, error) {
	t.Helper()
	args := strings.Fields(options + " -c -x ir m.o -fthinlto-index=index -o out.o")
	if !IsBackend(args) {
		t.Fatalf("%s isn't a backend's command", options)
	}
	command, err := Parse("/usr/bin/clang-22", args, nil)
	if err != nil {
		return "", err
	}
	file, err := command.File(debian)
	if err != nil {
		return "", err
	}
	job := file.Jobs[0]
	if want := []string{"m.o", "-fthinlto-index=/dev/null", "-o", "out.o"}; !slices.Equal(job.Args, want) {
		t.Errorf("%s: job %q, want %q", options, job.Args, want)
	}
	return strings.Join(file.Common.Args[1:], " "), nil
}

// A command that asks for the same as lld gets lld's arguments, in lld's order.
func TestArguments(t *testing.T) {
	newFolder(t)
	const lld = "-c --target=x86_64-pc-linux-gnu -O2 -faddrsig -ffunction-sections -fdata-sections -fpic" +
		" -Wno-unused-command-line-argument"
	for options, want := range map[string]string{
		"-O2 -ffunction-sections -fdata-sections":                                                      lld,
		"-fdata-sections -O1 -fPIE -ffunction-sections -Ifolder -O2":                                   lld,
		"-Wall -Wno-conversion -std=c++20 -DX=1 -D Y -fdata-sections -ffunction-sections -O2 -MD":      lld,
		"-target x86_64-pc-linux-gnu -fdata-sections -ffunction-sections -O2 -faddrsig -fno-pie -fpic": lld,

		"-O2": "-c --target=x86_64-pc-linux-gnu -O2 -faddrsig -fpic -Wno-unused-command-line-argument",
		"-O2 -fno-PIC -fno-addrsig": "-c --target=x86_64-pc-linux-gnu -O2 -fno-addrsig" +
			" -Wno-unused-command-line-argument -fno-pic",
		// What decides on the target or its defaults stays as it is.
		"-O2 --target=aarch64-linux-gnu": "-c --target=aarch64-linux-gnu -O2 -Wno-unused-command-line-argument",
		"-O2 -m32":                       "-c -O2 -Wno-unused-command-line-argument -m32",
		"-fno-plt -O2 -fPIC -mllvm -x=1": "-c -O2 -fpic -Wno-unused-command-line-argument -fno-plt -mllvm -x=1",
		// Messages that a backend may print are asked for.
		"-O2 -m64 -Wall -Wframe-larger-than=1 -Wno-inline-asm": "-c -O2 -Wno-unused-command-line-argument -m64" +
			" -Wframe-larger-than=1 -Wno-inline-asm",
		// An argument without effect may be an error.
		"-Werror -I. -O2 -std=c++20":   "-c -Werror -I. -O2 -std=c++20",
		"-pg -O2 -fomit-frame-pointer": "-c -pg -O2 -fomit-frame-pointer",
		"-O2 -fauto-profile=a -fprofile-sample-use=b -m64": "-c -O2 -fprofile-sample-use=b" +
			" -Wno-unused-command-line-argument -m64",
		// -g0 takes back what stands before it.
		"-g0 -O2 -g":            "-c -O2 -Wno-unused-command-line-argument -g",
		"-g -O2 -g0":            "-c -O2 -Wno-unused-command-line-argument -g -g0",
		"-O2 -glldb -I. -ggdb0": "-c -O2 -Wno-unused-command-line-argument -glldb -ggdb0",
	} {
		got, err := arguments(t, options)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", options, got, err, want)
		}
	}
}

// What thinrex doesn't understand completely is left to the compiler.
func TestRefused(t *testing.T) {
	newFolder(t)
	for options, words := range map[string]string{
		"-march=native":                   "processor of this machine",
		"-flto=thin":                      "writes bitcode",
		"-gsplit-dwarf":                   "its own name",
		"-fthin-link-bitcode=x":           "writes",
		"-ftime-trace":                    "files that thinrex doesn't keep",
		"--save-temps":                    "files that thinrex doesn't keep",
		"-B/x":                            "may bring in other programs",
		"--no-such-option":                "doesn't know",
		"-S":                              "doesn't know",
		"n.o":                             "several modules",
		"--target=x86_64-pc-windows-msvc": "aren't cached",
		"--target=x86_64-apple-darwin":    "aren't cached",
		"--target=powerpc-ibm-aix":        "aren't cached",
		"-Xclang -emit-llvm-bc":           "something else than an object",
		// clang fails because of these, though it makes nothing of their values.
		"-fdiagnostics-color=sometimes": "the compiler refuses",
		"-ffile-prefix-map=folder":      "the compiler refuses",
	} {
		if _, err := arguments(t, options); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want an error with %q", options, err, words)
		}
	}
	if err := os.Symlink("elsewhere", "out.opt.yaml"); err != nil {
		t.Fatal(err)
	}
	if _, err := arguments(t, "-fsave-optimization-record"); err == nil {
		t.Error("the record's place is a link, which would be replaced, and the command isn't refused")
	}
	if _, err := Parse("clang", []string{"-c", "m.o", "-fthinlto-index=index", "-o", "-"}, nil); err == nil {
		t.Error("the object goes to standard output, and the command isn't refused")
	}
	backend := []string{"-c", "-x", "ir", "m.o", "-fthinlto-index=index", "-o", "out.o"}
	for program, words := range map[string]string{
		"clang-cl": "reads its arguments in another way", "aarch64-linux-gnu-clang": "may choose a target",
	} {
		if _, err := Parse(program, backend, nil); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want an error with %q", program, err, words)
		}
	}
	if _, err := Parse("clang", backend, []string{"CCC_OVERRIDE_OPTIONS=#+-O0"}); err == nil {
		t.Error("a variable changes the arguments, and the command isn't refused")
	}
}

// A compiler's configuration file would add arguments.
func TestConfigurationFile(t *testing.T) {
	newFolder(t)
	configured := *debian
	configured.Path = filepath.Join(t.TempDir(), "clang-22")
	args := []string{"-c", "-x", "ir", "m.o", "-fthinlto-index=index", "-o", "out.o"}
	file := func(args ...string) error {
		command, err := Parse("clang", args, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = command.File(&configured)
		return err
	}
	if err := file(args...); err != nil {
		t.Error(err)
	}
	path := filepath.Join(filepath.Dir(configured.Path), "x86_64-pc-linux-gnu.cfg")
	if err := os.WriteFile(path, []byte("-O0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := file(args...); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want an error with %s", err, path)
	}
	if err := file(append(args, "--no-default-config")...); err != nil {
		t.Error(err)
	}
}

// A command is a backend's also if a response file says so.
func TestIsBackend(t *testing.T) {
	newFolder(t)
	if err := os.WriteFile("rsp", []byte("-c m.o -fthinlto-index=index"), 0o644); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]bool{"@rsp": true, "@absent": false, "-c": false, "-fthinlto-index=": true} {
		if got := IsBackend([]string{"-O2", arg}); got != want {
			t.Errorf("%s: %v", arg, got)
		}
	}
}
