package commandline_test

import (
	"slices"
	"testing"

	"thinrex/go/compile/commandline"
)

// Macros are those of -D, not values of other options that look like -D.
func TestMacros(t *testing.T) {
	for line, want := range map[string][]string{
		"-D__TIME__=1 -D __DATE__=2":                       {"__TIME__", "__DATE__"},
		"-Wp,-D__TIME__=1,-UX":                             {"__TIME__"},
		"-Xlinker -D__TIME__=1 -I -D__DATE__=2 -z -D":      nil,
		"-isystem -D__TIME__=1 --param -D__DATE__=2 -UX":   nil,
		"-target -Wp,-D__TIME__=1 -idirafter -D -D__TIME_": nil,
	} {
		if got := parse(t, line, commandline.Options{}).Macros.Fixed(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
