package cppscan_test

import (
	"testing"

	"thinrex/go/compile/cppscan"
)

// clang's own headers have the pragma's word in the names of its messages.
func TestIncludeAliasInNames(t *testing.T) {
	for _, text := range []string{
		"int pp_include_alias;\n",
		"int include_aliases;\n",
		"diag::warn_include_alias_expected\n",
	} {
		if reason := cppscan.Scan([]byte(text)).Reason; reason != "" {
			t.Errorf("%q: %s", text, reason)
		}
	}
}

// Text that only speaks of #embed embeds nothing.
func TestEmbedInText(t *testing.T) {
	for text, want := range map[string]string{
		"// #embed \"a\"\n":               "",
		"const char *s = \"#embed\";\n":   "",
		" /* data */ #embed \"a\"\n":      "holds #embed",
		"/* data\n*/ # /**/ embed <a>\n":  "holds #embed",
		"%:embed <a>\n":                   "holds #embed",
		"#if X\n\t#embed M\n#endif\n":     "holds #embed",
		"R\"(\n)\" /* */\n#embed \"a\"\n": "holds #embed",
	} {
		if reason := cppscan.Scan([]byte(text)).Reason; reason != want {
			t.Errorf("%q: %q, want %q", text, reason, want)
		}
	}
}
