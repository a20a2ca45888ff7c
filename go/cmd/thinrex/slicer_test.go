//go:build linux

package main

import (
	"strings"
	"syscall"
	"testing"

	"thinrex/go/report"
)

// Whatever is wrong with the program or the library that cut, links go on with whole
// modules, and only --verbose says so.
func TestSlicerFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		slicer  string // a script instead of the program; "" for the program
		library string
		says    string
	}{
		"there is no program":     {slicer: "none", says: "there is no "},
		"it ends at once":         {slicer: "#!/bin/sh\nexit 3\n", says: "died"},
		"it can't start":          {slicer: "#!/nowhere\n", says: "no such file"},
		"it is another program":   {slicer: "#!/bin/sh\necho hello world\nsleep 100\n", says: "can't cut modules"},
		"the library isn't there": {library: "/nowhere/libLLVM.so", says: "/nowhere/libLLVM.so"},
		"it isn't LLVM":           {library: "/lib/x86_64-linux-gnu/libc.so.6", says: "libc.so.6"},
		"it is no library":        {library: "$DIR/main.c", says: "main.c"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSlicingSite(t)
			program := s.run("printf %s $THINREX") + "-slicer"
			switch tc.slicer {
			case "":
				s.with("SLICING_LIBRARY=" + tc.library)
			case "none":
				s.run("rm " + program)
			default:
				s.run("rm " + program)
				s.write("slicer", tc.slicer)
				s.run("mv slicer " + program)
			}
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Local: every})
			wantSliced(t, got, 0, 0)
			warned := ""
			if tc.library != "" { // whoever names one expects slices
				warned = "warning: jobs read the modules that they import whole: "
			}
			wantPrinted(t, printed, warned)
			s.forget()
			s.with("VERBOSE=1")
			if _, printed = s.link(); !strings.Contains(printed, tc.says) {
				t.Errorf("printed %q, want %q", printed, tc.says)
			}
			s.nothingLeft()
		})
	}
}

// A library of another version than the compiler's isn't used.
func TestOtherLibrary(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.write("compiler", `#!/bin/sh
case "$*" in --version) echo "clang version 22.0.7" ;; *) exec clang-22 "$@" ;; esac
`)
	libraries := strings.Fields(s.run("ldd $(command -v clang-22) | awk '/libLLVM/ {print $3}'"))
	s.env = append(s.env, "LINK=-Wl,--thinlto-remote-compiler="+s.path("compiler"))
	s.with("SLICING_LIBRARY="+libraries[0], "VERBOSE=1")
	got, printed := s.link()
	wantSliced(t, got, 0, 0)
	if !strings.Contains(printed, ", the compiler has 22.0.7") {
		t.Errorf("printed %q", printed)
	}
}

// Compilations run while the imports of other jobs are cut, and the processes that cut end
// when nothing is left to cut. Here each waits for the other.
func TestCompilesWhileCutting(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	program := s.run("printf %s $THINREX") + "-slicer"
	s.run("mv " + program + " real-slicer")
	s.write("slicer", "#!/bin/sh\ncd "+s.dir+`
echo $$ >pid
until [ -e compiled ]; do sleep 0.01; done
exec ./real-slicer "$@"
`)
	s.run("mv slicer " + program)
	s.compiler(`: >$DIR/compiled
[ -e i00000.o ] || exec clang-22 "$@"
for i in $(seq 6000); do
	kill -0 $(cat $DIR/pid) 2>/dev/null || exec clang-22 "$@"
	sleep 0.01
done
echo the slicer goes on running >&2
exit 1
`)
	s.with("JOBS=2")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: every})
	wantSliced(t, got, 1, 0)
	wantPrinted(t, printed, "")
}

// Processes that cut modules end with the link, however it ends.
func TestSlicersEnd(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGKILL": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSlicingSite(t)
			// A slicer that never answers, because a real one ends with the last module to cut.
			s.write("mute.c", "#include <unistd.h>\nint main(void) { char c; while (read(0, &c, 1) > 0) ; }\n")
			s.run("rm $THINREX-slicer && clang-22 -O1 mute.c -o $THINREX-slicer")
			cmd := s.command("exec " + linkAll)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
			program, thinrex := s.run("printf %s $THINREX"), 0
			eventually(t, "a slicer", func() bool {
				slicers := 0
				for pid, line := range s.processes() {
					switch {
					case strings.HasPrefix(line, program+"-slicer "):
						slicers++
					case strings.HasPrefix(line, program+" "):
						thinrex = pid
					}
				}
				return slicers > 0 && thinrex > 0
			})
			if err := syscall.Kill(thinrex, signal); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Error("the link succeeded")
			}
			eventually(t, "all processes to end", func() bool { return len(s.processes()) == 0 })
		})
	}
}
