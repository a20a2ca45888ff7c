//go:build linux

package compile_test

import (
	"os"
	"testing"
)

// The compiler warns of a header whose real name differs in the case of letters
// from the one that is included. A link may make such a difference, and end it,
// without a change of any content.
func TestLetterCase(t *testing.T) {
	for name, test := range map[string]struct {
		files      map[string]string
		args       []string
		name, real string // what becomes a link, and to what
	}{
		"a header": {
			map[string]string{"a.c": "#include \"x.h\"\nint v = X;\n", "x.h": "#define X 1\n"},
			nil,
			"x.h",
			"X.h",
		},
		"an error": {
			map[string]string{"a.c": "#include \"x.h\"\nint v = X;\n", "x.h": "#define X 1\n"},
			[]string{"-Werror"},
			"x.h",
			"X.h",
		},
		"a folder": {
			map[string]string{"a.c": "#include <sub/x.h>\nint v = X;\n", "i/sub/x.h": "#define X 1\n"},
			[]string{"-Ii"},
			"i/sub",
			"i/Sub",
		},
		"a folder's folder": {
			map[string]string{"a.c": "#include <o/sub/x.h>\nint v = X;\n", "i/o/sub/x.h": "#define X 1\n"},
			[]string{"-Ii", "-MMD"}, "i/o", "i/O"},
		"up and down": {
			map[string]string{"a.c": "#include \"sub/../sub/x.h\"\nint v = X;\n", "sub/x.h": "#define X 1\n"},
			nil,
			"sub",
			"Sub",
		},
		"of the system": {map[string]string{"a.c": "#include <x.h>\nint v = X;\n", "s/x.h": "#define X 1\n"},
			[]string{"-isystem", "s", "-Wnonportable-system-include-path"}, "s/x.h", "s/X.H"},
		"forced": {
			map[string]string{"a.c": "int v = X;\n", "x.h": "#define X 1\n"},
			[]string{"-include", "x.h"},
			"x.h",
			"X.h",
		},
		"far away": {
			map[string]string{"a.c": "#include \"sub/x.h\"\nint v = X;\n", "sub/x.h": "#define X 1\n" +
				"", "far/.keep": "",
			},
			nil, "sub", "far/SUB"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, test.files)
			args := append([]string{"-flto=thin", "-c", "a.c"}, test.args...)
			p.want("compiled", args...)
			p.want("hit", args...)
			if err := os.Rename(test.name, test.real); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(p.Dir+"/"+test.real, test.name); err != nil {
				t.Fatal(err)
			}
			if want := p.plain(args); want.stderr == "" {
				t.Error("the compiler says nothing of the other case")
			}
			for range 2 {
				p.want("", args...) // compares with the compiler's own
			}
			if err := os.Remove(test.name); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(test.real, test.name); err != nil {
				t.Fatal(err)
			}
			p.want("hit", args...)
		})
	}
}

// Links to names that differ in more than that change nothing.
func TestLetterCaseOfLinks(t *testing.T) {
	p := newProject(t, map[string]string{"a.c": "#include \"sub/x.h\"\nint v = X;\n",
		"one/x.h": "#define X 1\n", "sub": "-> one",
	})
	args := []string{"-flto=thin", "-c", "a.c"}
	p.want("compiled", args...)
	p.want("hit", args...)
	if err := os.Remove("sub"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename("one", "sub"); err != nil {
		t.Fatal(err)
	}
	p.want("hit", args...)
}

// The compiler warns of a folder that isn't there, but not of a file.
func TestMissingFolder(t *testing.T) {
	for name, warnings := range map[string][]string{
		"a warning":  {"-Wmissing-include-dirs"},
		"an error":   {"-Wmissing-include-dirs", "-Werror"},
		"everything": {"-Weverything", "-Wno-missing-variable-declarations"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"a.c": "int v;\n", "i": ""})
			args := append([]string{"-flto=thin", "-c", "a.c", "-Ii"}, warnings...)
			p.want("compiled", args...)
			p.want("hit", args...)
			if err := os.Remove("i"); err != nil {
				t.Fatal(err)
			}
			if want := p.plain(args); want.stderr == "" {
				t.Error("the compiler says nothing of a folder that isn't there")
			}
			for range 2 {
				p.want("", args...)
			}
			p.write(map[string]string{"i": ""})
			p.want("hit", args...)
		})
	}
}
