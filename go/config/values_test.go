//go:build unix

package config_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/reapi/remoteflags"

	"github.com/spf13/pflag"
)

// Each option says what it is, has a name that fits all its sources, and a
// default that it takes back; each switch has its no- form, and only these are
// hidden.
func TestFlags(t *testing.T) {
	_, _, fs := define()
	goodName := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Usage == "" || !goodName.MatchString(f.Name) {
			t.Errorf("--%s: usage %q", f.Name, f.Usage)
		}
		no := fs.Lookup("no" + f.Name)
		if isSwitch := f.NoOptDefVal != "" && !f.Hidden; isSwitch != (no != nil) || no != nil && !no.Hidden {
			t.Errorf("--%s: the no- form is %v", f.Name, no)
		}
		if f.Hidden && fs.Lookup(strings.TrimPrefix(f.Name, "no")) == nil {
			t.Errorf("--%s is hidden", f.Name)
		}
		if _, list := f.Value.(pflag.SliceValue); list || f.Hidden {
			return
		}
		if err := f.Value.Set(f.DefValue); err != nil || f.Value.String() != f.DefValue {
			t.Errorf("--%s=%s: %v, %q", f.Name, f.DefValue, err, f.Value)
		}
	})
}

func TestValues(t *testing.T) {
	tests := map[string][]string{ // an option's values and what they become
		"keep_going":                     {"1 true", "yes true", "T true", "0 false", "No false", "f false"},
		"remote_accept_cached":           {"n false", "TRUE true"},
		"remote_upload_local_results":    {"auto auto", "AUTO auto", "1 true", "no false"},
		"remote_execution_timeout":       {"60 1m", "1m30s 1m30s", "2d 48h", "500ms 500ms", "90m 1h30m", "3600 1h"},
		"grpc_keepalive_time":            {"0 0s", "10 10s"},
		"digest_function":                {"SHA256 sha256", "Blake3 blake3"},
		"exec_strategy":                  {"Remote_Local_Fallback remote_local_fallback", "remote remote", " "},
		"toolchain":                      {"UPLOAD upload", "image image"},
		"remote_jobs":                    {"1 1", "500 500"},
		"remote_max_connections":         {"0 0", "100 100"},
		"remote_patience":                {"0 0s", "30 30s"},
		"remote_proxy":                   {"unix:/run/p unix:/run/p", " "},
		"remote_default_exec_properties": {"a=b=c a=b=c", "a= a="},
	}
	for name, values := range tests {
		for _, v := range values {
			given, want, _ := strings.Cut(v, " ")
			_, _, fs := define()
			f := fs.Lookup(name)
			if err := f.Value.Set(given); err != nil || f.Value.String() != want {
				t.Errorf("--%s=%s: %v, %q", name, given, err, f.Value)
			}
		}
	}
	refused := map[string][]string{
		"keep_going":                  {"2", "maybe", ""},
		"nokeep_going":                {"false"},
		"remote_upload_local_results": {"2", ""},
		"remote_execution_timeout": {
			"", "0", "0s", "-1", "-1s", "d", "1w", "1.5", "9223372037", "10676d11", "106752d", "1000000000000h",
		},
		"grpc_keepalive_time":            {"-1s"},
		"digest_function":                {"sha1", ""},
		"exec_strategy":                  {"docker"},
		"toolchain":                      {""},
		"remote_jobs":                    {"0", "-1", "auto"},
		"remote_max_connections":         {"-1"},
		"remote_proxy":                   {"http://proxy", "unix:"},
		"remote_default_exec_properties": {"a", "=b", ""},
	}
	for name, values := range refused {
		for _, v := range values {
			_, _, fs := define()
			if err := fs.Lookup(name).Value.Set(v); err == nil {
				t.Errorf("--%s=%s is taken", name, v)
			}
		}
	}
}

func TestNegation(t *testing.T) {
	setUp(t)
	tests := map[string]func(settings.Settings) bool{
		"--nokeep_going":              func(o settings.Settings) bool { return !o.Link.KeepGoing },
		"--keep_going --nokeep-going": func(o settings.Settings) bool { return !o.Link.KeepGoing },
		"--nokeep_going --keep-going": func(o settings.Settings) bool { return o.Link.KeepGoing },
		"--noremote_accept_cached":    func(o settings.Settings) bool { return !o.Remote.AcceptCached },
		"--noverbose":                 func(o settings.Settings) bool { return !o.Report.Verbose },
		"--remote_upload_local_results": func(o settings.Settings) bool {
			return o.Remote.Upload == remoteflags.UploadAlways
		},
		"--noremote-upload-local-results": func(o settings.Settings) bool {
			return o.Remote.Upload == remoteflags.UploadNever
		},
		"--remote-cache-compression":                  func(o settings.Settings) bool { return o.Remote.Compress },
		"--noremote-cache-compression":                func(o settings.Settings) bool { return !o.Remote.Compress },
		"--noexperimental_remote_cache_compression":   func(o settings.Settings) bool { return !o.Remote.Compress },
		"--experimental_remote_cache_compression=yes": func(o settings.Settings) bool { return o.Remote.Compress },
	}
	env := map[string]string{"THINREX_VERBOSE": "1", "THINREX_KEEP_GOING": "1", "THINREX_REMOTE_CACHE_COMPRESSION": "1"}
	for args, ok := range tests {
		if o, err := complete(t, strings.Fields(args), env); err != nil || !ok(o) {
			t.Errorf("%s: %v", args, err)
		}
	}
	// It is a flag and nothing else.
	env = map[string]string{"THINREX_NOVERBOSE": "true", "THINREX_VERBOSE": "1"}
	if o, err := complete(t, nil, env); err != nil || !o.Report.Verbose {
		t.Error("there is a variable for it", err)
	}
	write(t, "thinrex.toml", "noverbose = true")
	if _, err := complete(t, nil, nil); err == nil {
		t.Error("there is a key for it")
	}
}

// No error shows what may be a header's value.
func TestSecrets(t *testing.T) {
	dir := setUp(t)
	const secret = "hunter2"
	rc := filepath.Join(dir, "rc")
	for _, malformed := range []string{
		secret, "=" + secret, "Authorization: Bearer " + secret + "==",
		"a=" + secret + "\t", "a=" + secret + "ü",
	} {
		for _, name := range []string{"remote_header", "remote_cache_header", "remote_exec_header"} {
			write(t, "flag.toml", "")
			write(t, "string.toml", fmt.Sprintf("%s = %q", name, malformed))
			write(t, "list.toml", fmt.Sprintf("%s = [%q]", name, malformed))
			write(t, "table.toml", fmt.Sprintf("%s = { a = %q }", name, malformed))
			write(t, rc, fmt.Sprintf("common --verbose_failures\nbuild '--%s=%s'", name, malformed))
			tests := []struct {
				args  []string
				env   map[string]string
				where string
			}{
				{args: []string{"--" + name, "a=b", "--" + name, malformed}, where: "--" + name},
				{args: []string{"--config=string.toml"}, where: "string.toml:1: " + name},
				{args: []string{"--config=list.toml"}, where: "list.toml:1: " + name},
				{args: []string{"--config=table.toml"}, where: "table.toml:1: " + name},
				{env: map[string]string{"THINREX_" + strings.ToUpper(name): malformed}, where: "THINREX_" + strings.ToUpper(name)},
				{args: []string{"--bazelrc=" + rc}, where: rc + ":2: --" + name},
			}
			for _, test := range tests {
				_, err := complete(t, test.args, test.env)
				if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), test.where) {
					t.Errorf("%q %v: %v", test.args, test.env, err)
				}
			}
		}
	}
	for _, value := range []string{secret + "\n", secret + "\r", "\x00" + secret, secret + "\x7f", secret + "\xff"} {
		_, err := complete(t, []string{"--remote_header=a=" + value}, nil)
		if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "--remote_header") {
			t.Errorf("%q: %v", value, err)
		}
	}
	var secrets []string
	for _, row := range new(settings.Settings).Rows() {
		if !row.Secret {
			continue
		}
		secrets = append(secrets, row.Name)
		if err := row.Value.Set("a=" + secret); err != nil || strings.Contains(row.Value.String(), secret) {
			t.Errorf("--%s shows its value, or %v", row.Name, err)
		}
	}
	slices.Sort(secrets)
	if !slices.Equal(secrets, []string{"remote_cache_header", "remote_exec_header", "remote_header"}) {
		t.Errorf("secret are %q", secrets)
	}
}

// An address that may hold a password is refused; the path of a socket may hold
// an @.
func TestAddressesAndHeaders(t *testing.T) {
	setUp(t)
	for args, taken := range map[string]bool{
		"--remote_cache=unix:/run/user@host/cache":   true,
		"--remote_executor=unix:///run/a@b":          true,
		"--remote_cache=grpc://me:hunter2@localhost": false,
		"--remote_executor=me@localhost":             false,
		"--remote_header=a= !~":                      true,
		"--remote_header=a=":                         true,
		"--remote_header=a-BIN=\x00\xff":             true,
	} {
		_, err := complete(t, []string{args}, nil)
		if (err == nil) != taken || err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", args, err)
		}
	}
}
