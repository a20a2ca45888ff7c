package compile

import (
	"testing"

	"thinrex/go/clang"
	"thinrex/go/compile/commandline"
	"thinrex/go/compile/searchpath"
	"thinrex/go/digest"
)

// The digests of a compilation's actions are what teams share caches by: when
// one changes, every cache starts empty. Change them only on purpose.
func TestGoldenDigests(t *testing.T) {
	arguments := []string{
		"-flto=thin", "-O2", "-g", "-Iinclude", "-DNAME=1", "-MD", "-MF", "out/a.d", "-ffile-prefix-map=/work=.",
		"-c", "src/a.cc", "-o", "out/a.o",
	}
	in, err := commandline.Parse("/usr/bin/clang++-22", arguments, commandline.Options{
		Dir:     "/work",
		Env:     []string{"PATH=/bin", "CPATH=/opt/include", "LANG=C"},
		BaseDir: "/work",
	})
	if err != nil {
		t.Fatal(err)
	}
	k := newKeyer(&request{
		options:  Options{Function: digest.SHA256, Keys: Both},
		in:       in,
		compiler: &clang.Compiler{Identity: "identity"},
		search: &searchpath.SearchPath{
			Quote:    []string{"src"},
			Angle:    []string{"include", "/usr/include"},
			Driver:   "driver",
			IRDriver: "ir driver",
		},
	})
	content := k.function.Of([]byte("content"))
	manifest, err := k.manifest(keyInput{"src/a.cc", content})
	if err != nil {
		t.Fatal(err)
	}
	direct, err := k.direct([]keyInput{{"src/a.cc", content}, {"include/a.h", content}}, []string{"a include/b.h"})
	if err != nil {
		t.Fatal(err)
	}
	ir, err := k.ir(content)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"dca256593f7ccb1c4d355c45efc7ec1d9e46abc0305d105832b4baef7f5bcd6d/180",
		"c3c7d26ddaa1fe4ad9723c2380dd705e07b1b05ced1642f3b23fb5f50703c723/177",
		"54b27115757afcae71c43164b6d3226dc7b675ffa1c8bf55ae6a9f5988e611c4/171",
	}
	for i, got := range []digest.Digest{manifest.Digest, direct.Digest, ir.Digest} {
		if got.String() != want[i] {
			t.Errorf("%d: digest = %s, want %s", i, got, want[i])
		}
	}
}
