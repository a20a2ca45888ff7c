//go:build unix

package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func flags() *pflag.FlagSet {
	fs := pflag.NewFlagSet("thinrex", pflag.ContinueOnError)
	fs.SetNormalizeFunc(Normalize)
	new(Options).AddFlags(fs)
	return fs
}

// Each option says what it is, has a name that fits all its sources, and a
// default that it takes back; each switch has its no- form, and only these are
// hidden.
func TestFlags(t *testing.T) {
	fs := flags()
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
			f := flags().Lookup(name)
			if err := f.Value.Set(given); err != nil || f.Value.String() != want {
				t.Errorf("--%s=%s: %v, %q", name, given, err, f.Value)
			}
		}
	}
	refused := map[string][]string{
		"keep_going":                     {"2", "maybe", ""},
		"nokeep_going":                   {"false"},
		"remote_upload_local_results":    {"2", ""},
		"remote_execution_timeout":       {"", "0", "0s", "-1", "-1s", "d", "1w", "1.5", "9223372037", "10676d11", "106752d", "1000000000000h"},
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
			if err := flags().Lookup(name).Value.Set(v); err == nil {
				t.Errorf("--%s=%s is taken", name, v)
			}
		}
	}
}

func TestNegation(t *testing.T) {
	setUp(t)
	tests := map[string]func(Options) bool{
		"--nokeep_going":                              func(o Options) bool { return !o.KeepGoing },
		"--keep_going --nokeep-going":                 func(o Options) bool { return !o.KeepGoing },
		"--nokeep_going --keep-going":                 func(o Options) bool { return o.KeepGoing },
		"--noremote_accept_cached":                    func(o Options) bool { return !o.RemoteAcceptCached },
		"--noverbose":                                 func(o Options) bool { return !o.Verbose },
		"--remote_upload_local_results":               func(o Options) bool { return o.RemoteUploadLocalResults == UploadTrue },
		"--noremote-upload-local-results":             func(o Options) bool { return o.RemoteUploadLocalResults == UploadFalse },
		"--remote-cache-compression":                  func(o Options) bool { return o.RemoteCacheCompression },
		"--noremote-cache-compression":                func(o Options) bool { return !o.RemoteCacheCompression },
		"--noexperimental_remote_cache_compression":   func(o Options) bool { return !o.RemoteCacheCompression },
		"--experimental_remote_cache_compression=yes": func(o Options) bool { return o.RemoteCacheCompression },
	}
	env := map[string]string{"THINREX_VERBOSE": "1", "THINREX_KEEP_GOING": "1", "THINREX_REMOTE_CACHE_COMPRESSION": "1"}
	for args, ok := range tests {
		if o, err := complete(t, strings.Fields(args), env); err != nil || !ok(o) {
			t.Errorf("%s: %v", args, err)
		}
	}
	// It is a flag and nothing else.
	if o, err := complete(t, nil, map[string]string{"THINREX_NOVERBOSE": "true", "THINREX_VERBOSE": "1"}); err != nil || !o.Verbose {
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
				{args: []string{"--config=string.toml"}, where: "string.toml: " + name},
				{args: []string{"--config=list.toml"}, where: "list.toml: " + name},
				{args: []string{"--config=table.toml"}, where: "table.toml: " + name},
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
	flags().VisitAll(func(f *pflag.Flag) {
		if IsSecret(f) {
			secrets = append(secrets, f.Name)
		}
		_ = f.Value.Set("a=" + secret)
		if IsSecret(f) && strings.Contains(f.Value.String(), secret) {
			t.Errorf("--%s shows its value", f.Name)
		}
	})
	if !slices.Equal(secrets, []string{"remote_cache_header", "remote_exec_header", "remote_header"}) {
		t.Errorf("secret are %q", secrets)
	}
}

// What may be a password is refused; what only looks like it isn't.
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
		if _, err := complete(t, []string{args}, nil); (err == nil) != taken || err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", args, err)
		}
	}
}
