package settings

import (
	"slices"
	"testing"

	"thinrex/go/option"
)

// Each row is complete, and no two options share a name that a place accepts.
func TestRows(t *testing.T) {
	owners := map[string]string{}
	for _, row := range new(Settings).Rows() {
		if row.Usage == "" || !slices.Contains(option.Groups(), row.Group) {
			t.Errorf("--%s: usage %q, group %q", row.Name, row.Usage, row.Group)
		}
		if !row.FromBazelRC && (len(row.BazelNames) > 0 || row.BazelStartup) {
			t.Errorf("--%s: Bazel's names for it count only with FromBazelRC", row.Name)
		}
		if _, list := row.Value.(option.List); row.Secret && !list {
			t.Errorf("--%s: a secret's value must not be printed: see headerList in package reapi", row.Name)
		}
		names := append(row.Names(), row.BazelNames...)
		if option.IsSwitch(row.Value) {
			for _, name := range slices.Clone(names) {
				names = append(names, "no"+name)
			}
		}
		for _, name := range names {
			if other, taken := owners[name]; taken {
				t.Errorf("%s stands for --%s and --%s", name, other, row.Name)
			}
			owners[name] = row.Name
		}
	}
}

// Rows sets the defaults, also of settings that were changed before.
func TestRowsResets(t *testing.T) {
	var s Settings
	defaults := map[string]string{}
	for _, row := range s.Rows() {
		defaults[row.Name] = row.Value.String()
		for _, text := range []string{"A=1", "unix:/p", "7", "true", "racing", "both", "upload", "blake3"} {
			if row.Value.Set(text) == nil && row.Value.String() != defaults[row.Name] {
				break
			}
		}
	}
	for _, row := range s.Rows() {
		if got := row.Value.String(); got != defaults[row.Name] {
			t.Errorf("--%s is %q, not its default %q", row.Name, got, defaults[row.Name])
		}
	}
}
