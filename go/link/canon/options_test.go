package canon

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"thinrex/go/action"
	"thinrex/go/clang"
	"thinrex/go/digest"
)

// Each row of clang's options is treated in a link as it says: refused, with a
// file for an input, or kept.
func TestEachOption(t *testing.T) {
	f := newFixture(t)
	f.write("x", "content")
	plain := f.common.Args
	for o := range clang.Options() {
		name, open := strings.CutSuffix(o.Name, "*")
		arg := name
		switch {
		case open && !o.Is(clang.NamesNoFile|clang.NotInLinks):
			arg += "=./x"
		case open, o.Given&clang.Joined != 0 && len(name) == len("-I"): // behind longer names no file is looked for
			arg += "./x"
		case o.Given&clang.Equals != 0:
			arg += "=x"
		}
		f.common.Args = append(slices.Clone(plain), arg)
		a, err := f.try()
		_, refused := errors.AsType[*action.Uncacheable](err)
		reads := o.Is(clang.ReadsFile|clang.ReadsProfile) && !o.Is(clang.NotFoundInLinks)
		switch {
		case o.Is(clang.NotInLinks):
			if !refused || !strings.Contains(err.Error(), arg) {
				t.Errorf("%s: %v, want it refused", arg, err)
			}
		case reads:
			if err != nil || !slices.Contains(a.Args, name+"=c/00000") ||
				!slices.ContainsFunc(a.Inputs, func(in action.Input) bool {
					return in.Name == "c/00000" && in.Digest == digest.SHA256.Of([]byte("content"))
				}) {
				t.Errorf("%s: %v, want the file an input", arg, err)
			}
		case strings.HasSuffix(arg, "x") && strings.ContainsAny(arg, "=.") && !o.Is(clang.NamesNoFile):
			if !refused || !strings.Contains(err.Error(), "--extra_input=") {
				t.Errorf("%s: %v, want to be asked whether it reads the file", arg, err)
			}
		default:
			if err != nil || !slices.Contains(a.Args, arg) {
				t.Errorf("%s: %v, want it kept", arg, err)
			}
		}
	}
}
