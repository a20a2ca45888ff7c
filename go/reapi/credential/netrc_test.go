//go:build unix

package credential

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNetrc(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"one line", "machine cache.example.com login me password " + secret, "me:" + secret},
		{"several lines",
			"machine\ncache.example.com\r\n\tpassword " + secret + "\r\n\n# login you\n login\n# between\nme\n",
			"me:" + secret},
		{"another machine", "machine example.com login me password " + secret, ""},
		{"last counts", "machine cache.example.com login a password b\nmachine Cache.Example.COM login c password d", "c:d"},
		{"default", "machine x login a password b default login me password " + secret, "me:" + secret},
		{"machine before default", "machine cache.example.com login a password b default login c password d", "a:b"},
		{"after default", "default login a password b\nmachine cache.example.com login c password d\nwhatever", "a:b"},
		{"no password", "machine cache.example.com login me", "me:"},
		{"no login", "machine cache.example.com password " + secret, ":" + secret},
		{"neither", "machine cache.example.com account a\ndefault login a password b", ""},
		{"quotes are characters", `machine cache.example.com login "me" password 'x#y`, `"me":'x#y`},
		{"keywords as values", "machine cache.example.com login machine password default", "machine:default"},
		{"bytes", "machine cache.example.com login m\xfc password \u00a0\u00fc", "m\xfc:\u00a0\u00fc"},
		{"macro", "macdef init\nmachine cache.example.com login x\n# not empty\ncd /tmp\n \n" +
			"machine cache.example.com login me password p", "me:p"},
		{"macro at the end", "machine cache.example.com login me password p macdef init\ncd /tmp", "me:p"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "netrc")
			if err := os.WriteFile(path, []byte(tc.text), 0o644); err != nil {
				t.Fatal(err)
			}
			s := source(t, Options{Netrc: path, Helpers: []string{"other.com=none"}})
			got, err := s.GetRequestMetadata(t.Context(), uri)
			if err != nil {
				t.Fatal(err)
			}
			if available, err := s.Available(); available != (tc.want != "") || err != nil {
				t.Errorf("available: %v, %v", available, err)
			}
			token, _ := strings.CutPrefix(got["authorization"], "Basic ")
			if plain, err := base64.StdEncoding.DecodeString(token); err != nil || string(plain) != tc.want {
				t.Errorf("got %q", plain)
			}
		})
	}
}

// checkUnusable checks that Available says what is wrong with .netrc, and that calls
// get no headers.
func checkUnusable(t *testing.T, s *Source, wants ...string) {
	t.Helper()
	available, err := s.Available()
	if available || err == nil {
		t.Fatalf("available: %v, %v", available, err)
	}
	checkMessage(t, err, wants...)
	if got, err := s.GetRequestMetadata(t.Context(), uri); len(got) > 0 || err != nil {
		t.Errorf("got %d headers, %v", len(got), err)
	}
}

func TestMalformedNetrc(t *testing.T) {
	for _, tc := range []struct{ name, text, where string }{
		{"unknown word", "\nmachine a\n  token " + secret, ":3: expected"},
		{"password with spaces", "machine a login b password \"c " + secret + "\"", ":1: expected"},
		{"comment after a value", "machine a login b password c # " + secret, ":1: expected"},
		{"no machine", "# mine\nlogin " + secret, ":2: login comes before any machine"},
		{"after a macro", "machine a\nmacdef m\n\npassword " + secret, ":4: password comes before any machine"},
		{"no value", "machine a login " + secret + "\npassword\n\n", ":2: password has no value"},
		{"too large", strings.Repeat(secret+"\n", maxNetrc/8), ": too large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "netrc")
			if err := os.WriteFile(path, []byte(tc.text), 0o644); err != nil {
				t.Fatal(err)
			}
			checkUnusable(t, source(t, Options{Netrc: path}), path+tc.where, "NETRC=/dev/null")
		})
	}
}

// .netrc is at the option's path, at $NETRC or in the home folder.
func TestPlaceOfNetrc(t *testing.T) {
	dir := t.TempDir()
	write := func(name, login string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("default login "+login+" password x"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(".netrc", "home")
	variable, option := write("variable", "variable"), write("option", "option")
	helper := script(t, "helper", "echo '{}'")
	for _, tc := range []struct{ name, home, env, option, helper, want string }{
		{"home", dir, "", "", "", "home:x"},
		{"variable", dir, variable, "", "", "variable:x"},
		{"option", dir, variable, option, "", "option:x"},
		{"helper first", dir, variable, option, helper, ""},
		{"none at home", dir + "/none", "", "", "", ""},
		{"none in variable", dir, dir + "/none", "", "", ""},
		{"no home", "", "", "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("HOME", tc.home)
			t.Setenv("NETRC", tc.env)
			o := Options{Netrc: tc.option}
			if tc.helper != "" {
				o.Helpers = []string{tc.helper}
			}
			got, err := source(t, o).GetRequestMetadata(t.Context(), uri)
			token, _ := strings.CutPrefix(got["authorization"], "Basic ")
			if plain, _ := base64.StdEncoding.DecodeString(token); err != nil || string(plain) != tc.want {
				t.Errorf("got %q, %v", plain, err)
			}
		})
	}
	missing := filepath.Join(dir, "none")
	s := source(t, Options{Netrc: missing})
	checkUnusable(t, s, missing, "no such file")

	// After Forget it is read again.
	if err := os.Rename(option, missing); err != nil {
		t.Fatal(err)
	}
	s.Forget()
	if got, err := s.GetRequestMetadata(t.Context(), uri); err != nil || len(got) != 1 {
		t.Errorf("after Forget: %d headers, %v", len(got), err)
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login b password c\nmacdef m\nx\n\ndefault login d account e")
	f.Add("machine a\r\n# comment\r login\tb\v\fpassword")
	f.Fuzz(func(t *testing.T, text string) {
		entries, line, err := parseNetrc(text)
		if lines := strings.Count(newlines.Replace(text), "\n") + 1; err != nil && (line < 1 || line > lines) {
			t.Errorf("line %d of %d: %v", line, lines, err)
		}
		for host, a := range entries.machines {
			if a == nil || strings.ContainsAny(host+a.login+a.password, " \t\r\n") {
				t.Errorf("entry %q: %+v", host, a)
			}
		}
	})
}
