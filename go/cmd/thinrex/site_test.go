//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"thinrex/go/internal/quick"
)

// A site is a folder with a few bitcode objects, a cache and a temporary
// folder of its own.
type site struct {
	t   *testing.T
	dir string
	env []string
}

const modules = 4

func newSite(t *testing.T) *site {
	t.Helper()
	quick.Skip(t, "links with clang and lld")
	thinrex := buildThinrex(t)
	dir := t.TempDir()
	s := &site{t: t, dir: dir}
	s.env = append(os.Environ(),
		"THINREX="+thinrex, "TMPDIR="+s.path("tmp"), "THINREX_DISK_CACHE="+s.path("cache"),
		"THINREX_REMOTE_PATIENCE=0", // however slow this machine is, it helps no service
		"THINREX_SUMMARY_FILE="+s.path("summary"), "XDG_CONFIG_HOME="+s.path("config"), "DIR="+dir,
	)
	if err := os.Mkdir(s.path("tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	main := "#include <stdio.h>\n"
	calls := "0"
	for i := range modules {
		main += fmt.Sprintf("int f%d(int);\n", i)
		calls += fmt.Sprintf("+f%d(%d)", i, i)
		source := "static int kN = N;\nint fN(int x) { return x * kN; }\nvoid sN(int v) { kN = v; }\n"
		s.write(fmt.Sprintf("f%d.c", i), strings.ReplaceAll(source, "N", strconv.Itoa(i)))
	}
	s.write("main.c", main+"int main(void) { printf(\"%d\\n\", "+calls+"); return 0; }\n")
	s.run("clang-22 -O2 -flto=thin -c *.c")
	s.run("clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc")
	return s
}

// buildThinrex builds the program; the go command remembers it.
func buildThinrex(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "thinrex")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// write writes a file that can be run at once: a process forked while it is
// open for writing would hold it open for a moment ("text file busy").
func (s *site) write(name, content string) {
	s.t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(s.path(name), []byte(content), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) command(script string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func (s *site) run(script string) string {
	s.t.Helper()
	out, err := s.command(script).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// nothingLeft checks that no file of ours and no process of the site is left.
func (s *site) nothingLeft() {
	s.t.Helper()
	eventually(s.t, "all processes of the link to end", func() bool { return len(s.processes()) == 0 })
	for _, pattern := range []string{"*.native.o", ".thinrex-*", "tmp/thinrex-*", "cache/tmp/*"} {
		if left, _ := filepath.Glob(s.path(pattern)); len(left) > 0 {
			s.t.Errorf("left behind: %q", left)
		}
	}
}

// processes returns the ids and command lines of live processes whose
// environment names the site or that run below it.
func (s *site) processes() map[int]string {
	found := map[int]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		pid, err := strconv.Atoi(filepath.Base(d))
		if err != nil || pid == os.Getpid() {
			continue
		}
		environ, _ := os.ReadFile(d + "/environ")
		cwd, _ := os.Readlink(d + "/cwd")
		if strings.Contains(string(environ), s.dir) || strings.HasPrefix(cwd, s.dir) {
			line, _ := os.ReadFile(d + "/cmdline")
			if len(line) > 0 {
				found[pid] = strings.ReplaceAll(string(line), "\x00", " ")
			}
		}
	}
	return found
}
