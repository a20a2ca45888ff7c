package canon

import "testing"

// Messages of the compiler get the names of the user's files, and nothing else changes.
func TestOriginalNames(t *testing.T) {
	f := newFixture(t)
	f.write("profile.txt", "p")
	f.arg("-fprofile-use=profile.txt", "-gsplit-dwarf")
	a := f.build()
	dwo := a.Outputs[1].Path
	for _, tc := range []struct{ text, want string }{
		{"", ""},
		{"warning: linking module 'm.o': x\n", "warning: linking module 'main.o': x\n"},
		{"m.o: error", "main.o: error"},
		{"'i00000.o' is whereas 'm.o' is", "'" + bPath + "' is whereas 'main.o' is"},
		{"cannot open ./i00001.o.", "cannot open " + cPath + "."},
		{"clang -fthinlto-index=m.thinlto.bc", "clang -fthinlto-index=" + shardPath},
		{"-o m.native.o", "-o " + objectPath},
		{"bad m.native.dwo", "bad " + dwo},
		{"no profile in c/00000: m.o", "no profile in profile.txt: main.o"},
		{"\x1b[1mm.o:1:1: \x1b[0m\x1b[0;1;31merror\x1b[0m", "\x1b[1mmain.o:1:1: \x1b[0m\x1b[0;1;31merror\x1b[0m"},
		// Others' names.
		{"am.o m.o.bak m.od dir/m.o am.o.", "am.o m.o.bak m.od dir/m.o am.o."},
		{"lib.a(m.o at 92) lib.a(m.o)", "lib.a(m.o at 92) lib.a(m.o)"},
		{"(m.o)", "(main.o)"},
		{"i00002.o c/00009 xc/00000", "i00002.o c/00009 xc/00000"},
		{"\xffm.o ém.o", "\xffm.o ém.o"},
	} {
		if got := string(a.OriginalNames([]byte(tc.text))); got != tc.want {
			t.Errorf("%q became %q, want %q", tc.text, got, tc.want)
		}
	}
}

// A user's file may have a canonical name of another file.
func TestOriginalNamesSwap(t *testing.T) {
	f := newFixture(t)
	a := f.build()
	a.Inputs[0].File.Path, a.Inputs[1].File.Path = "i00000.o", "m.o"
	if got := string(a.OriginalNames([]byte("m.o and i00000.o"))); got != "i00000.o and m.o" {
		t.Errorf("got %q", got)
	}
}
