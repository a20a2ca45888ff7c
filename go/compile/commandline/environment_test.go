package commandline_test

import (
	"slices"
	"strings"
	"testing"

	"thinrex/go/compile/commandline"
)

// The variables on which the compiler's work depends are in the key; others that
// change it are refused.
func TestEnvironment(t *testing.T) {
	in := parse(t, "", commandline.Options{Env: []string{
		"SOURCE_DATE_EPOCH=", "HOME=/h", "CPATH=", "C_INCLUDE_PATH=b:c", "NO_COLOR=", "CCC_X=",
		"CLANG_CRASH_DIAGNOSTICS_DIR=d", "LLVM_OVERRIDE_PRODUCER=x",
	}})
	want := []string{"CPATH=", "C_INCLUDE_PATH=b:c", "LLVM_OVERRIDE_PRODUCER=x", "SOURCE_DATE_EPOCH="}
	if !slices.Equal(in.Env, want) {
		t.Errorf("%q, want %q", in.Env, want)
	}
	named := []string{"HOME=/h", "TZ=", "CPATH=x", "SHELL=sh"}
	in = parse(t, "", commandline.Options{Env: named, Named: []string{"HOME", "TZ", "CPATH"}})
	if want := []string{"CPATH=x", "HOME=/h", "TZ="}; !slices.Equal(in.Env, want) {
		t.Errorf("%q, want %q", in.Env, want)
	}
	for _, entry := range []string{
		"CCC_OVERRIDE_OPTIONS=+-O3",
		"CC_PRINT_HEADERS=1",
		"LD_PRELOAD=/absent.so",
		"CLANG_NO_DEFAULT_CONFIG=1",
		"AS_SECURE_LOG_FILE=x",
	} {
		name, _, _ := strings.Cut(entry, "=")
		o := commandline.Options{Env: []string{entry}}
		wantRefused(t, strings.Fields("-flto=thin -c a.c"), o, name)
	}
}
