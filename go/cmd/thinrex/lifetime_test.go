//go:build unix

package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// eventually waits for as long as it takes. What never comes is ended by what
// runs the tests, which then prints what was waited for.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	if !cond() {
		t.Logf("waiting for %s", what)
	}
	for !cond() {
		time.Sleep(10 * time.Millisecond)
	}
}

// slowCompiler compiles one module, says so, and hangs in a child of its own.
const slowCompiler = `#!/bin/sh
case "$*" in *thinlto-index*) ;; *) exec clang-22 "$@";; esac
clang-22 "$@" || exit
if mkdir "$DIR/first" 2>/dev/null; then exit 0; fi
: >>"$DIR/busy"
sleep 1000 &
wait
`

// startSlow starts a link that hangs in its second compilation, and returns
// once it does.
func (s *site) startSlow() *exec.Cmd {
	s.t.Helper()
	s.write("slow", slowCompiler)
	cmd := s.command("exec ld.lld-22 --thinlto-distributor=$THINREX --thinlto-distributor-arg=--action_env=DIR" +
		" --thinlto-distributor-arg=--jobs=2 --thinlto-remote-compiler=$DIR/slow -shared f*.o -o prog")
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	eventually(s.t, "the second compilation, and the first one's output", func() bool {
		_, err := os.Stat(s.path("busy"))
		written, _ := filepath.Glob(s.path("*.native.o"))
		return err == nil && len(written) == 1
	})
	return cmd
}

// thinrexOf returns the pid of lld's child.
func thinrexOf(t *testing.T, lld int) int {
	t.Helper()
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", lld, lld))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(children) + " 0")[0])
	if err != nil || pid == 0 {
		t.Fatalf("children of lld: %q", children)
	}
	return pid
}

func TestSignals(t *testing.T) {
	for _, tc := range []struct {
		name string
		send func(t *testing.T, lld int) error
	}{
		{"SIGINT to the group", func(_ *testing.T, lld int) error { return syscall.Kill(-lld, syscall.SIGINT) }},
		{"SIGTERM to the group", func(_ *testing.T, lld int) error { return syscall.Kill(-lld, syscall.SIGTERM) }},
		{"SIGHUP to the group", func(_ *testing.T, lld int) error { return syscall.Kill(-lld, syscall.SIGHUP) }},
		{"SIGTERM to lld", func(_ *testing.T, lld int) error { return syscall.Kill(lld, syscall.SIGTERM) }},
		{"SIGINT to lld", func(_ *testing.T, lld int) error { return syscall.Kill(lld, syscall.SIGINT) }},
		{"SIGKILL to lld", func(_ *testing.T, lld int) error { return syscall.Kill(lld, syscall.SIGKILL) }},
		{"SIGTERM to thinrex", func(t *testing.T, lld int) error { return syscall.Kill(thinrexOf(t, lld), syscall.SIGTERM) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			lld := s.startSlow()
			if err := tc.send(t, lld.Process.Pid); err != nil {
				t.Fatal(err)
			}
			if err := lld.Wait(); err == nil {
				t.Error("the link succeeded")
			}
			s.nothingLeft()

			// The next link is right, and takes what was finished.
			s.run("rm -rf first busy; printf '#!/bin/sh\\nexec clang-22 \"$@\"\\n' >slow")
			s.run("ld.lld-22 -shared f*.o -o want; ld.lld-22 --thinlto-distributor=$THINREX " +
				"--thinlto-remote-compiler=$DIR/slow -shared f*.o -o prog; cmp prog want")
		})
	}
}

// A thinrex that gets SIGKILL can't clean up. Its compilers end with it, and the
// next link removes its private folder.
func TestSIGKILL(t *testing.T) {
	s := newSite(t)
	lld := s.startSlow()
	if err := syscall.Kill(thinrexOf(t, lld.Process.Pid), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := lld.Wait(); err == nil {
		t.Error("the link succeeded")
	}
	eventually(t, "the wrapper to end", func() bool {
		return !strings.Contains(strings.Join(slices.Collect(maps.Values(s.processes())), "\n"), "/slow ")
	})
	eventually(t, "the wrapper's own children to end, which nobody else can know", func() bool {
		left := s.processes()
		for pid := range left {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(left) == 0
	})
	s.run("clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX *.o -o prog && cmp prog inproc")
	s.nothingLeft()
}

// linksAtOnce runs n links at the same time, which write progI and summary.I. Each
// must be right and print nothing.
func (s *site) linksAtOnce(n int) {
	s.t.Helper()
	running := make([]*exec.Cmd, n)
	output := make([]strings.Builder, n)
	for i := range running {
		cmd := s.command(fmt.Sprintf(
			"exec clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX f?.o main.o -o prog%d", i))
		cmd.Env = append(cmd.Env, fmt.Sprintf("THINREX_SUMMARY_FILE=%s.%d", s.path("summary"), i))
		cmd.Stdout, cmd.Stderr = &output[i], &output[i]
		if err := cmd.Start(); err != nil {
			s.t.Fatal(err)
		}
		running[i] = cmd
	}
	for i, cmd := range running {
		if err := cmd.Wait(); err != nil || output[i].Len() > 0 {
			s.t.Errorf("link %d: %v %s", i, err, &output[i])
		}
	}
	s.run(fmt.Sprintf("for i in $(seq 0 %d); do cmp prog$i inproc || exit; done", n-1))
}

// everySummary checks that the summaries of all links at once have a field.
func (s *site) everySummary(field string) {
	s.t.Helper()
	s.run("! grep -L '" + field + "' summary.* | grep .")
}

func TestManyLinksAtOnce(t *testing.T) {
	s := newSite(t)
	s.linksAtOnce(20)
	s.linksAtOnce(20)
	s.everySummary(fmt.Sprintf(`"hits":%d,`, modules+1))
	s.nothingLeft()
}

// countedCompiler logs when it begins and ends, and waits until $MOST have run
// at once.
const countedCompiler = `#!/bin/sh
case "$*" in *thinlto-index*) ;; *) exec clang-22 "$@";; esac
echo begin >>"$DIR/log"
until [ -e "$DIR/seen" ]; do
	if [ $(($(grep -c begin "$DIR/log") - $(grep -c end "$DIR/log"))) -ge $MOST ]; then : >"$DIR/seen"; fi
	sleep 0.1
done
clang-22 "$@"; code=$?; echo end >>"$DIR/log"; exit $code
`

// Under make -jN, a link runs N compilations at once, however many cores there
// are.
func TestUnderMake(t *testing.T) {
	s := newSite(t)
	s.write("counted", countedCompiler)
	s.write("Makefile", "prog:\n\t+clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$$THINREX "+
		"-Xthinlto-distributor=--jobs=6 -Xthinlto-distributor=--action_env=DIR -Xthinlto-distributor=--action_env=MOST"+
		" -Wl,--thinlto-remote-compiler=$$DIR/counted *.o -o prog\n")
	for _, n := range []int{2, 4} {
		s.run(fmt.Sprintf("rm -rf cache log seen prog && MOST=%d make -j%d prog && cmp prog inproc", n, n))
		running, most := 0, 0
		for event := range strings.FieldsSeq(s.run("cat log")) {
			if event == "begin" {
				running++
			} else {
				running--
			}
			most = max(most, running)
		}
		if most != n {
			t.Errorf("make -j%d: up to %d compilations at once", n, most)
		}
	}
}

// A link succeeds also if nothing reads its stderr any more.
func TestClosedStderr(t *testing.T) {
	s := newSite(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := s.command("exec clang-22 -O2 -flto=thin -fuse-ld=lld -fthinlto-distributor=$THINREX " +
		"-Xthinlto-distributor=--verbose *.o -o prog")
	cmd.Stderr = w
	err = cmd.Run()
	w.Close()
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		t.Errorf("the link failed: %v", err)
	}
	s.run("cmp prog inproc")
}
