package slice_test

import (
	"fmt"
	"strings"
	"testing"

	"thinrex/go/link/slice"
)

// values makes a list of "KIND NAME DIGEST".
func values(list ...string) (vs []slice.Value) {
	for _, text := range list {
		f := strings.Fields(text)
		vs = append(vs, slice.Value{Kind: slice.ValueKind(f[0]), Name: f[1], Digest: f[2]})
	}
	return vs
}

func TestCompare(t *testing.T) {
	before := values("function f 1", "function g 2", "declaration h 3", "variable v 4", "type t 5")
	for name, test := range map[string]struct {
		now  []slice.Value
		want string
	}{
		"a function": {
			values("function f 9", "function g 2", "declaration h 3", "variable v 4", "type t 5"), "[f] [] []"},
		"a function, a variable and a type": {
			values("function f 9", "function g 2", "declaration h 3", "variable v 9", "type t 9"), "[f v] [] []"},
		"one that was declared is imported": {
			values("function f 1", "function g 2", "function h 9", "variable v 4", "type t 5"), "[] [h] []"},
		"one is only declared": {
			values("function f 1", "declaration g 9", "declaration h 3", "variable v 4", "type t 5"), "[] [] [g]"},
		"one is gone": {values("function f 1", "declaration h 3", "variable v 4", "type t 5"), "[] [] [g]"},
		"a type": {
			values("function f 1", "function g 2", "declaration h 3", "variable v 4", "type t 9"), "[type t] [] []"},
		"a declaration gone": {values("function f 1", "function g 2", "variable v 4", "type t 5"), "[declaration h] [] []"},
		"a literal": {values("function f 1", "function g 2", "declaration h 3", "variable v 4", "type t 5",
			"variable .str.17836401925500050000 1"), "[variable a string literal] [] []"},
		"nothing with a name": {before, "[metadata, such as debug information] [] []"},
	} {
		t.Run(name, func(t *testing.T) {
			changed, added, removed := slice.Compare(before, test.now)
			if got := fmt.Sprint(changed, added, removed); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
