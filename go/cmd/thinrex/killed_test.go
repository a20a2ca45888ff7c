//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A linker that is killed removes its shards first. A job that fails for it, or
// whose result can't be stored, prints nothing: no file of the user's has changed.
func TestKilledLinkerChangesNoInput(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	const awaitEnd = `#!/bin/sh
case "$*" in *thinlto-index*) ;; *) exec clang-22 "$@";; esac
clang-22 "$@"
trap '' TERM
: >>"$DIR/busy"
while ls "$DIR"/*.thinlto.bc >/dev/null 2>&1; do sleep 0.01; done
`
	ends := map[string]string{
		"succeeds":    "exit 0",
		"fails":       "echo 'error: bad' >&2; exit 1",
		"writes more": "echo >more; exit 0",
	}
	for name, end := range ends {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			t.Run(name+" after "+signal.String(), func(t *testing.T) {
				t.Parallel()
				s := w.site(t)
				s.write("slow", awaitEnd+end+"\n")
				printed, err := os.Create(s.path("printed"))
				if err != nil {
					t.Fatal(err)
				}
				defer printed.Close()
				cmd := s.command("exec ld.lld-22 --thinlto-distributor=$THINREX --thinlto-distributor-arg=--action_env=DIR" +
					" --thinlto-distributor-arg=--jobs=2 --thinlto-remote-compiler=$DIR/slow -shared f*.o -o prog")
				cmd.Stderr = printed
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
				eventually(t, "a compilation", func() bool {
					_, err := os.Stat(s.path("busy"))
					return err == nil
				})
				if err := syscall.Kill(cmd.Process.Pid, signal); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); err == nil {
					t.Error("the link succeeded")
				}
				s.nothingLeft()
				if left, _ := filepath.Glob(s.path("*.thinlto.bc")); len(left) > 0 {
					t.Fatalf("lld has left %q", left)
				}
				text := strings.ReplaceAll(s.run("cat printed"), "thinrex: the linker is gone\n", "")
				if text != "" {
					t.Errorf("printed %q", text)
				}
			})
		}
	}
}
