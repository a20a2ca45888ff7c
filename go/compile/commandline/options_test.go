package commandline_test

import (
	"strings"
	"testing"

	"thinrex/go/clang"
	"thinrex/go/compile/commandline"
)

// Each row of clang's options is taken or refused, in each form, as it says.
func TestEachOption(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, map[string]string{"a.c": ""})
	values := map[string]string{"-x": "c", "-Xclang": "-fthin-link-bitcode=x", "-Wp,*": "-DX", "-Wa,*": "x"}
	for o := range clang.Options() {
		name, _ := strings.CutSuffix(o.Name, "*")
		value := values[o.Name]
		if value == "" {
			value = "x"
		}
		for form, args := range map[clang.Form][]string{
			clang.Alone: {name}, clang.Equals: {name + "=" + value}, clang.Joined: {name + value},
			clang.Separate: {name, value}, clang.Anything | clang.Letters: {name + value},
			clang.No: {strings.Replace(name, "-f", "-fno-", 1)},
		} {
			if row, _, _ := clang.FindOption(args[0]); o.Given&form == 0 || row.Name != o.Name {
				continue
			}
			depfile := strings.HasPrefix(name, "-M") && name != "-MD" && name != "-MMD"
			line := append(args, "-c", "a.c", "-flto=thin")
			if depfile {
				line = append(line, "-MD")
			}
			_, err := commandline.Parse("clang", line, commandline.Options{})
			switch refused := o.Is(clang.NotInCompilations); {
			case refused && (err == nil || !strings.Contains(err.Error(), args[0])):
				t.Errorf("%q: %v, want it refused by name", args, err)
			case !refused && err != nil:
				t.Errorf("%q: %v", args, err)
			}
		}
	}
}
