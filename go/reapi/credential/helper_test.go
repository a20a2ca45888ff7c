//go:build unix

package credential

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret = "tOp-sEcReT"
	uri    = "https://cache.example.com/build.bazel.remote.execution.v2.Capabilities"
	reply  = `{"headers":{"Authorization":["Bearer ` + secret + `"]}}`
)

// script writes a shell script that runs in its own folder, and first adds a line to
// the file "runs" there.
func script(t *testing.T, name, text string) (path string) {
	t.Helper()
	dir := t.TempDir()
	path = filepath.Join(dir, name)
	text = "#!/bin/sh\nexport FOLDER='" + dir + "'; cd \"$FOLDER\"; echo started >>runs\n" + text + "\n"
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// source returns a source that ends with the test. Without a timeout in o, helpers may
// take as long as a slow machine needs.
func source(t *testing.T, o Options) *Source {
	t.Helper()
	if o.HelperTimeout == 0 {
		o.HelperTimeout = time.Hour
	}
	s, err := New("cache.example.com", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// runs returns how often a script was started.
func runs(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(path), "runs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte("\n"))
}

// waitFor waits for as long as it takes. If the condition never holds, go test's
// timeout ends the test and prints what it waited for.
func waitFor(t *testing.T, what string, cond func() bool) {
	t.Helper()
	if !cond() {
		t.Logf("waiting for %s", what)
	}
	for !cond() {
		time.Sleep(5 * time.Millisecond)
	}
}

// waitForEnd waits until all processes that the script has started are gone: these
// have the script's folder in their command line or environment.
func waitForEnd(t *testing.T, path string) {
	t.Helper()
	waitFor(t, "the end of all processes that "+path+" started", func() bool {
		files, _ := filepath.Glob("/proc/[0-9]*/[ce][mn][dv]*") // cmdline, environ
		for _, f := range files {
			if data, _ := os.ReadFile(f); bytes.Contains(data, []byte(filepath.Dir(path))) {
				return false
			}
		}
		return true
	})
}

func TestHelperProtocol(t *testing.T) {
	t.Setenv("THINREX_REMOTE_HEADER", "authorization=other")
	t.Setenv("THINREX_REMOTE_CACHE_HEADER", "authorization=other")
	t.Setenv("THINREX_JOBS", "3")
	for _, tc := range []struct {
		name, script string
		want         map[string]string
	}{
		{"request", `[ "$*" = get ] && [ "$(cat)" = '{"uri":"` + uri + `"}' ] && echo '` + reply + `'`,
			map[string]string{"authorization": "Bearer " + secret}},
		{"unread request", "echo '" + reply + "'", map[string]string{"authorization": "Bearer " + secret}},
		{"environment",
			`echo '{"headers":{"x-env":["'$(env | grep -e ^THINREX_REMOTE -e ^THINREX_JOBS)'"]}}'`,
			map[string]string{"x-env": "THINREX_JOBS=3"}},
		{"no headers", "echo '{}'", map[string]string{}},
		{"empty list", `echo '{"headers":{"a":[]}}'`, map[string]string{}},
		{"unknown fields", `echo '{"version":2,"headers":{"a":["b"]},"more":{"c":["d"]}}'`, map[string]string{"a": "b"}},
		{"several", `echo '{"headers":{"X-A":["1","2"],"b":["3"],"t-bin":["AAH/"]}}'`,
			map[string]string{"x-a": "1, 2", "b": "3", "t-bin": "\x00\x01\xff"}},
		{"prints on stderr", "echo logging in >&2; echo '" + reply + "'",
			map[string]string{"authorization": "Bearer " + secret}},
		{"process left behind with the pipe", "echo '" + reply + "'; (trap '' TERM; sleep 1000) &",
			map[string]string{"authorization": "Bearer " + secret}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := script(t, "helper", tc.script)
			s := source(t, Options{Helpers: []string{path}})
			got, err := s.GetRequestMetadata(t.Context(), uri)
			if err != nil {
				t.Fatal(err)
			}
			if available, err := s.Available(); !available || err != nil {
				t.Errorf("available: %v, %v", available, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			waitForEnd(t, path)
		})
	}
}

// Each failure is UNAUTHENTICATED and names the helper. It never shows the secret,
// which all of these helpers print as their reply.
func TestHelperFailures(t *testing.T) {
	for _, tc := range []struct{ name, script, want string }{
		{"failing", "printf 'log in:\\n\\033[1mrun\\tlogin' >&2; echo '" + reply + "'; exit 3",
			"exited with 3: log in: [1mrun login"},
		{"failing silently", "echo '" + reply + "'; exit 1", "exited with 1 and printed nothing on stderr"},
		{"long message", "head -c 5000 /dev/zero | tr '\\0' x >&2; echo ' THE END' >&2; exit 1",
			"exited with 1: …" + strings.Repeat("x", maxMessage-8) + " THE END ("},
		{"killed", "echo '" + reply + "'; kill -KILL $$", "ended by a signal, killed"},
		{"no reply", "echo 'not logged in' >&2", "exited with 0, but printed no reply: not logged in"},
		{"prints nothing", "", "printed no reply"},
		{"not JSON", "echo " + secret, "something other than one JSON object"},
		{"null", "echo null", "something other"},
		{"list", "echo '[\"" + secret + "\"]'", "something other"},
		{"two objects", "echo '" + reply + reply + "'", "something other"},
		{"truncated", "echo '{\"headers\":{\"a\":[\"" + secret + "'", "something other"},
		{"headers: no object", "echo '{\"headers\":\"" + secret + "\"}'", `"headers" that aren't`},
		{"headers: no list", "echo '{\"headers\":{\"a\":\"" + secret + "\"}}'", `"headers" that aren't`},
		{"headers: number", "echo '{\"headers\":{\"a\":[7,\"" + secret + "\"]}}'", `"headers" that aren't`},
		{"headers: null", "echo '{\"headers\":{\"a\":[null,\"" + secret + "\"]}}'", "isn't a string"},
		{"expires: no time", "echo '{\"headers\":{\"a\":[\"b\"]},\"expires\":\"" + secret + "\"}'", `"expires" that isn't`},
		{"expires: number", "echo '{\"expires\":1700000000}'", `"expires" that isn't`},
		{"name", "echo '{\"headers\":{\"" + secret + ":\":[\"b\"]}}'", "header name that can't be sent"},
		{"pseudo-header", "echo '{\"headers\":{\":authority\":[\"" + secret + "\"]}}'", "header name that can't be sent"},
		{"reserved name", "echo '{\"headers\":{\"grpc-timeout\":[\"" + secret + "\"]}}'", "only gRPC itself may send"},
		{"value", "echo '{\"headers\":{\"a\":[\"" + secret + "\\\\n\"]}}'", "header value that can't be sent"},
		{"two authorizations", "echo '{\"headers\":{\"Authorization\":[\"a\"],\"authorization\":[\"" + secret + "\"]}}'",
			"several values"},
		{"binary", "echo '{\"headers\":{\"a-bin\":[\"" + secret + "\"]}}'", "base64"},
		{"huge", "printf '{\"headers\":{\"a\":[\"" + secret + "'; head -c 1048576 /dev/zero | tr '\\0' x; printf '\"]}}'",
			"more than 1048576 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := script(t, "helper", tc.script)
			s := source(t, Options{Helpers: []string{path}})
			got, err := s.GetRequestMetadata(t.Context(), uri)
			checkRefusal(t, got, err, path, tc.want)
			if !strings.Contains(err.Error(), "echo '{\"uri\":\""+uri+"\"}' | "+path+" get") {
				t.Errorf("it doesn't say how to try the helper: %v", err)
			}
			// A broken helper isn't run again for the next call.
			if _, again := s.GetRequestMetadata(t.Context(), uri); again == nil || runs(t, path) != 1 {
				t.Errorf("%d runs, %v", runs(t, path), again)
			}
		})
	}
}

// checkRefusal checks that an error is UNAUTHENTICATED and holds texts.
func checkRefusal(t *testing.T, got map[string]string, err error, wants ...string) {
	t.Helper()
	if status.Code(err) != codes.Unauthenticated || len(got) > 0 {
		t.Fatalf("got %d headers, error %v", len(got), err)
	}
	checkMessage(t, err, wants...)
}

// checkMessage checks that an error holds texts, and no secret.
func checkMessage(t *testing.T, err error, wants ...string) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) || strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("not safe to print: %q", text)
	}
}

// A helper may be replaced by something that can't run, or be removed.
func TestHelperThatCantStart(t *testing.T) {
	path := script(t, "helper", "echo '"+reply+"'")
	s := source(t, Options{Helpers: []string{path}})
	if err := os.WriteFile(path, []byte("neither #! nor ELF"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := s.GetRequestMetadata(t.Context(), uri)
	checkRefusal(t, got, err, path, "can't be started: exec format error")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.Forget()
	got, err = s.GetRequestMetadata(t.Context(), uri)
	checkRefusal(t, got, err, path, "can't be started: no such file")
}
