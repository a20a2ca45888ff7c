//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thinrex/go/internal/reapitest"
)

// replay runs thinrex replay and then the script. It returns both exit codes, and what
// was printed.
func (s *site) replay(args, dir string) (code, script int, printed string) {
	s.t.Helper()
	cmd := s.command("exec $THINREX replay " + args)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return cmd.ProcessState.ExitCode(), 0, string(out)
	}
	run := s.command("exec sh " + dir + "/run.sh")
	more, _ := run.CombinedOutput()
	return 0, run.ProcessState.ExitCode(), string(out) + string(more)
}

// A job's inputs are laid out from the disk cache, and the script makes the same object.
func TestReplayFromDisk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.link()
	key := filepath.Base(s.entries()[0])
	for name, want := range map[string]string{
		key:                     "though the disk cache has its result", // by the size in the record of the link
		"main.o":                "though the disk cache has its result",
		key + "/1234":           "link once more with --keep_inputs",
		strings.Repeat("a", 64): "no recorded link has such a key",
		"none.o":                "no recorded link or module is called so",
		"prog":                  "stands for 5 jobs",
		".o":                    "stands for 5 jobs",
	} {
		code, _, printed := s.replay(name, "dir")
		if code != 2 || !strings.Contains(printed, want) {
			t.Errorf("%d: %s", code, printed)
		}
	}
	s.with("KEEP_INPUTS=1")
	s.link()
	s.run("rm -f *.o *.c") // the cache has all
	for i, path := range s.entries() {
		dir := "replay" + string(rune('0'+i))
		code, script, printed := s.replay("--output="+dir+" "+filepath.Base(path), dir)
		if code != 0 || script != 0 || !strings.Contains(printed, "m.native.o: equal to the cached one") {
			t.Errorf("%d, %d: %s", code, script, printed)
		}
	}
	code, script, printed := s.replay("--output=main main.o", "main")
	if code != 0 || script != 0 || !strings.Contains(printed, "m.native.o: equal to the cached one") {
		t.Errorf("%d, %d: %s", code, script, printed)
	}
	code, _, printed = s.replay("--output=replay0 "+key, "replay0")
	if code != 2 || !strings.Contains(printed, "isn't empty: give another --output") {
		t.Errorf("%d: %s", code, printed)
	}
	s.forge()
	_, script, printed = s.replay("--output=forged "+filepath.Base(s.entries()[1]), "forged")
	if script != 1 || !strings.Contains(printed, "differ") {
		t.Errorf("%d: %s", script, printed)
	}
	s.nothingLeft()
}

// A job that a worker ran is laid out from the service, whose result is also verified. If
// it is wrong, it stays there, and the user is told what to do.
func TestReplayFromService(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands})
	s := newSite(t)
	s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "EXEC_STRATEGY=remote")
	s.link()
	s.run("rm -f *.o *.c; rm -rf cache")
	keys := server.Executions()
	if len(keys) != every {
		t.Fatal(keys)
	}
	code, script, printed := s.replay("--output=dir "+keys[0].String(), "dir")
	if code != 0 || script != 0 || !strings.Contains(printed, "that of grpc://"+server.Addr()) ||
		!strings.Contains(printed, "m.native.o: equal to the cached one") {
		t.Errorf("%d, %d: %s", code, script, printed)
	}
	code, printed = s.verify(keys[0].String() + " " + keys[1].String())
	wantVerified(t, code, printed, 0, "ran 2 actions again: 2 right")

	server.PutActionResult(keys[0], server.ActionResults()[keys[1]])
	for range 2 {
		code, printed = s.verify(keys[0].String() + " " + keys[1].String())
		wantVerified(t, code, printed, 1, "wrong    "+keys[0].String(), "it stays there", "1 right, 1 wrong")
	}

	for _, d := range server.Blobs() {
		if data, _ := server.Blob(d); everyModule(d, data) {
			server.RemoveBlob(d)
		}
	}
	code, _, printed = s.replay("--output=gone "+keys[0].String(), "gone")
	if code != 2 || !strings.Contains(printed, "isn't in grpc://"+server.Addr()) {
		t.Errorf("%d: %s", code, printed)
	}
	if _, err := os.Stat(s.path("gone")); err == nil {
		t.Error("a folder is left")
	}
	code, printed = s.verify(keys[0].String())
	wantVerified(t, code, printed, 0, "1 results without inputs")
	server.Stop()
	code, _, printed = s.replay("--output=gone "+keys[0].String(), "gone")
	if code != 3 {
		t.Errorf("%d: %s", code, printed)
	}
	s.nothingLeft()
}
