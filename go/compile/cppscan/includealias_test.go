package cppscan_test

import (
	"testing"

	"thinrex/go/compile/cppscan"
)

// clang's own headers have the pragma's word in the names of its messages.
func TestIncludeAliasInNames(t *testing.T) {
	for _, text := range []string{"int pp_include_alias;\n", "int include_aliases;\n", "diag::warn_include_alias_expected\n"} {
		if reason := cppscan.Scan([]byte(text)).Reason; reason != "" {
			t.Errorf("%q: %s", text, reason)
		}
	}
}
