//go:build e2e_bazel && linux

package bazel

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"thinrex/e2e/internal/stage"
)

// A shell runs commands that find a Bazel in their PATH, one at a time. The
// Bazel servers that they start end with it.
type shell struct {
	version string // bazel.sh's word
	dir     string // for what the commands leave
	mu      sync.Mutex
	stdin   io.Writer
	codes   *bufio.Reader
}

// startShell returns a shell that ends with the test.
func startShell(t *testing.T, version string) *shell {
	t.Helper()
	dir, err := os.MkdirTemp(site.Scratch, "bazel-"+version+"-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(repository+"/scripts/bazel.sh", version, "--exec", "bash", "-s")
	cmd.Env = append(os.Environ(), "THINREX_BAZEL_OUTPUT="+filepath.Join(dir, "bazel"), "TMPDIR="+site.Scratch)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() // the end of its script
		if err := cmd.Wait(); err != nil {
			t.Errorf("bazel.sh: %v", err)
		}
		if err := stage.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	// Results of other builds must not decide a test; Go's own may.
	cache := quote(filepath.Join(dir, "cache"))
	if _, err := fmt.Fprintf(stdin, "export GOCACHE=$(go env GOCACHE) XDG_CACHE_HOME=%s\n", cache); err != nil {
		t.Fatal(err)
	}
	return &shell{version: version, dir: dir, stdin: stdin, codes: bufio.NewReader(stdout)}
}

// try runs a command in a folder and returns all that it prints and its exit code.
func (s *shell) try(t *testing.T, dir, name string, args ...string) (output string, code int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	log := filepath.Join(s.dir, "log")
	started := time.Now()
	command := quote(name)
	for _, arg := range args {
		command += " " + quote(arg)
	}
	_, err := fmt.Fprintf(s.stdin, "(cd %s && exec %s) >%s 2>&1 </dev/null; echo $?\n", quote(dir), command, quote(log))
	if err != nil {
		t.Fatalf("bazel.sh has ended: %v", err)
	}
	line, err := s.codes.ReadString('\n')
	if err != nil {
		t.Fatalf("bazel.sh has ended: %v", err)
	}
	if code, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("$ %s\n%s(%.1fs)", strings.Join(append([]string{name}, args...), " "), text, time.Since(started).Seconds())
	return string(text), code
}

// run is try for a command that must succeed.
func (s *shell) run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	output, code := s.try(t, dir, name, args...)
	if code != 0 {
		t.Fatalf("%s %s: exit %d\n%s", name, strings.Join(args, " "), code, output)
	}
	return output
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
