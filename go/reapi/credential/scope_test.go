//go:build unix

package credential

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Each helper returns its own name in a header, which shows which one a host gets.
func TestScopes(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("NETRC", os.DevNull)
	for _, name := range []string{"a", "b", "c"} {
		text := "#!/bin/sh\necho '{\"headers\":{\"helper\":[\"" + name + "\"]}}'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct{ host, helpers, want string }{
		{"example.com", "", ""},
		{"example.com", "a", "a"},
		{"example.com", dir + "/a", "a"},
		{"example.com", "%workspace%/a", "a"},
		{"example.com", "a b", "b"},
		{"", "a", ""},
		{"127.0.0.1", "127.0.0.1=a b", "a"},
		{"::1", "example.com=a b", "b"},
		{"localhost", "localhost=a", "a"},

		{"example.com", "example.com=a", "a"},
		{"Example.COM.", "exAmple.com=a", "a"},
		{"sub.example.com", "example.com=a", ""},
		{"example.com", "example.com=a example.com=b", "b"},
		{"example.com", "example.com=a b", "a"},

		{"example.com", "*.example.com=a", "a"},
		{"sub.example.com", "*.example.com=a", "a"},
		{"x.y.sub.example.com", "*.example.com=a", "a"},
		{"badexample.com", "*.example.com=a", ""},
		{"com", "*.example.com=a", ""},
		{"sub.example.com", "*.example.com=a *.sub.example.com=b *.com=c", "b"},
		{"sub.example.com", "*.example.com=a *.example.com=b", "b"},
		{"sub.example.com", "sub.example.com=a *.sub.example.com=b c", "a"},
		{"other.example.com", "sub.example.com=a *.sub.example.com=b c", "c"},

		{"xn--bcher-kva.example", "*.bücher.example=a", "a"},
		{"BÜCHER.example", "*.xn--bcher-kva.example=a", "a"},
		{"under_score", "a", "a"},
	} {
		t.Run(tc.host+" "+tc.helpers, func(t *testing.T) {
			s, err := New(tc.host, Options{Helpers: strings.Fields(tc.helpers), HelperTimeout: time.Hour, Workspace: dir})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			got, err := s.GetRequestMetadata(t.Context())
			if err != nil || got["helper"] != tc.want {
				t.Errorf("helper %q, %v", got["helper"], err)
			}
			if available, err := s.Available(); available != (tc.want != "") || err != nil {
				t.Errorf("available: %v, %v", available, err)
			}
		})
	}
}

func TestUnusableHelpers(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ helper, workspace, want string }{
		{"", "", "names no program"},
		{"example.com=", "", "names no program"},
		{"=helper", "", "not a domain name"},
		{"*=helper", "", "not a domain name"},
		{"*.=helper", "", "not a domain name"},
		{"ex*.com=helper", "", "not a domain name"},
		{"a..b=helper", "", "not a domain name"},
		{"https://example.com=helper", "", "not a domain name"},
		{"example.com:443=helper", "", "not a domain name"},
		{"other.com=bin/helper", "", "neither an absolute path"},
		{"./helper", "", "neither an absolute path"},
		{"%home%/helper", "", "neither an absolute path"},
		{"%workspace%/../helper", dir, "out of the workspace"},
		{"%workspace%/helper", "", "no workspace here"},
		{"%workspace%/helper", dir, "no such file"},
		{"no-such-helper", "", "not found in $PATH"},
		{"example.com=" + dir + "/none", "", "no such file"},
		{"example.com=" + plain, "", "permission denied"},
		{dir, "", "is a directory"},
	} {
		_, err := New("example.com", Options{Helpers: []string{tc.helper}, Workspace: tc.workspace})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", tc.helper, err)
		}
	}
	// A program for another host may be missing here.
	s, err := New("example.com", Options{Helpers: []string{"other.com=no-such-helper"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
