package canon

import (
	"strings"
	"testing"

	"thinrex/go/action"
	"thinrex/go/internal/reapitest"
)

func TestCheck(t *testing.T) {
	a := &action.Action{Outputs: []action.Output{
		{Name: "m.native.o", Path: "a.o"},
		{Name: "m.native.dwo", Path: "a.dwo", Optional: true},
	}}
	elf := reapitest.Object("code")
	for name, tc := range map[string]struct {
		outputs []action.OutputFile
		want    string
	}{
		"sound": {[]action.OutputFile{{Name: "m.native.o", Data: elf}}, ""},
		"with optional": {
			[]action.OutputFile{{Name: "m.native.o", Data: elf}, {Name: "m.native.dwo", Data: nil}},
			"",
		},
		"cut": {[]action.OutputFile{{Name: "m.native.o", Data: elf[:100]}}, "a.o is cut short"},
		"of no class": {
			[]action.OutputFile{{Name: "m.native.o", Data: []byte("\x7fELF" + strings.Repeat(".", 100))}},
			"a.o isn't an object file",
		},
		"missing": {nil, "wrote no a.o"},
		"empty":   {[]action.OutputFile{{Name: "m.native.o", Data: nil}}, "a.o is empty"},
		"text": {
			[]action.OutputFile{{Name: "m.native.o", Data: []byte("some text that is long enough")}},
			"a.o isn't an object file",
		},
		"only a beginning": {[]action.OutputFile{{Name: "m.native.o", Data: elf[:8]}}, "a.o isn't an object file"},
		"undeclared": {
			[]action.OutputFile{{Name: "m.native.o", Data: elf}, {Name: "../x", Data: elf}},
			`"../x" wasn't asked for`,
		},
	} {
		err := a.Check(&action.Result{Outputs: tc.outputs})
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: error = %v, want %q", name, err, tc.want)
		}
	}
}
