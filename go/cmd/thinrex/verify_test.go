//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// entries returns the files of the Action Cache that are results of links.
func (s *site) entries() (paths []string) {
	s.t.Helper()
	all, err := filepath.Glob(s.path("cache/ac/*/*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range all {
		data, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(data), "m.native.o") {
			paths = append(paths, path)
		}
	}
	return paths
}

// forge replaces a result of a link by another one, which is as sound, and returns its key.
func (s *site) forge() (key string) {
	s.t.Helper()
	paths := s.entries()
	data, err := os.ReadFile(paths[0])
	if err == nil {
		err = os.WriteFile(paths[1], data, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return filepath.Base(paths[1])
}

// A result that was replaced by that of another job is found by a link with --verify_hits,
// and the program is right.
func TestVerifyHits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.link()
	key := s.forge()
	if _, _, err := s.tryLink(); err != nil {
		s.t.Log(err) // two objects may define the same symbols
	}
	s.with("VERIFY_HITS=100")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})
	wantPrinted(t, printed, "the entry "+key)
	if got.Verified != every || got.WrongHits != 1 {
		t.Errorf("%+v", got)
	}
	got, printed = s.link()
	wantSummary(t, got, report.Summary{Hits: every})
	wantPrinted(t, printed, "")
	s.nothingLeft()
}

// Hits by the keys of slices are verified, too. A wrong whole entry that may come from a
// sliced one costs that, too.
func TestVerifySlicedHits(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.link()
	s.edit()
	s.with("VERIFY_HITS=100")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})
	wantSliced(t, got, 1, 1)
	wantPrinted(t, printed, "")
	if got.Verified != every-1 || got.WrongHits != 0 {
		t.Errorf("%+v", got)
	}
	before := s.entries()
	data, err := os.ReadFile(before[0])
	for _, path := range before { // all are one job's now
		if err == nil {
			err = os.WriteFile(path, data, 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	got, _ = s.link()
	if got.WrongHits != every-1 || got.Verified != every {
		t.Errorf("%+v", got)
	}
	s.with("VERIFY_HITS=0")
	s.edit()
	got, _ = s.link() // nothing wrong is left under the key of slices either
	wantSummary(t, got, report.Summary{Local: 2, Hits: every - 2})
	s.nothingLeft()
}

// verify runs thinrex verify and returns its exit code and what it printed.
func (s *site) verify(args string) (code int, printed string) {
	s.t.Helper()
	cmd := s.command("exec $THINREX verify " + args)
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

// wantVerified checks an exit code, and that some texts were printed.
func wantVerified(t *testing.T, code int, printed string, want int, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(printed, part) {
			t.Errorf("no %q", part)
			want = -1
		}
	}
	if code != want {
		t.Errorf("exit code %d, want %d; printed %s", code, want, printed)
	}
}

// thinrex verify finds a result that was replaced by another sound one, and removes it.
func TestVerify(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.link()
	code, printed := s.verify("")
	wantVerified(t, code, printed, 0, "0 damaged", "ran 0 actions again", "5 results without inputs")
	s.with("KEEP_INPUTS=1")
	s.link() // all are hits, whose inputs are kept, too
	noLoose := regexp.MustCompile(`(?m) 0 +0 bytes +0 +0 bytes +no result$`)
	if usage := s.run("$THINREX du"); !noLoose.MatchString(usage) {
		t.Errorf("kept inputs count as no result's:\n%s", usage)
	}
	code, printed = s.verify("")
	wantVerified(t, code, printed, 0, "0 damaged",
		"ran 5 actions again: 5 right, 0 wrong, 0 not deterministic, 0 failed\n")
	code, printed = s.verify("--last_link")
	wantVerified(t, code, printed, 0, "ran 5 actions again: 5 right")
	code, printed = s.verify("main.o")
	wantVerified(t, code, printed, 0, "ran 1 actions again: 1 right")
	code, printed = s.verify("prog")
	wantVerified(t, code, printed, 0, "ran 5 actions again: 5 right")
	code, printed = s.verify("--sample=0")
	if wantVerified(t, code, printed, 0); strings.Contains(printed, "again") {
		t.Error(printed)
	}

	key := s.forge()
	before := s.entries()
	code, printed = s.verify("--dry_run")
	wantVerified(t, code, printed, 1, "wrong    "+key, "4 right, 1 wrong")
	code, printed = s.verify("--dry_run " + key)
	wantVerified(t, code, printed, 1, "ran 1 actions again: 0 right, 1 wrong")
	if len(s.entries()) != len(before) {
		t.Error("a dry run removed something")
	}
	code, printed = s.verify("")
	wantVerified(t, code, printed, 1, "wrong    "+key, "differs; removed", "4 right, 1 wrong")
	code, printed = s.verify("")
	wantVerified(t, code, printed, 0, "ran 4 actions again: 4 right")
	got, _ := s.link()
	wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})

	s.run(`f=$(find cache/cas -type f -size -2k | head -n1); printf x >>$f`)
	code, printed = s.verify("--sample=0")
	wantVerified(t, code, printed, 1, "damaged  cas/", "1 damaged")
	code, printed = s.verify("--sample=0")
	wantVerified(t, code, printed, 0, "0 damaged")
	s.nothingLeft()
}

// A compiler that gives another object each time is named as such, and its results stay.
// Results of another compiler aren't judged.
func TestVerifyNotDeterministic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.with("KEEP_INPUTS=1", "ACTION_ENV=PATH")
	moody := `[ ! -e $DIR/broken ] || exit 7
[ ! -e $DIR/slow ] || exec sleep 600
clang-22 "$@" || exit
last= out=
for a; do case "$last" in -o) out=$a;; esac; last=$a; done
date +%N >stamp && objcopy --add-section .moody=stamp "$out" "$out" && rm stamp`
	s.compiler(moody)
	s.run("rm -f prog; " + linkAll)
	entries := len(s.entries())
	code, printed := s.verify("")
	wantVerified(t, code, printed, 0, "0 right, 0 wrong, 0 not deterministic", "5 of other compilers")
	code, printed = s.verify("-- ./compiler")
	wantVerified(t, code, printed, 1, "varies   ", "0 right, 0 wrong, 5 not deterministic", "nothing was removed")
	s.write("broken", "")
	code, printed = s.verify("-- ./compiler")
	wantVerified(t, code, printed, 0, "fails    ", "exit status 7", "0 not deterministic, 5 failed")
	s.run("mv broken slow")
	cmd := s.command("exec $THINREX verify -- ./compiler")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a compilation", func() bool {
		for _, line := range s.processes() {
			if strings.HasPrefix(line, "sleep") {
				return true
			}
		}
		return false
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 128+int(syscall.SIGINT) {
		t.Error(err)
	}
	if left := len(s.entries()); left != entries {
		t.Errorf("%d of %d results are left", left, entries)
	}
	s.nothingLeft()
}

// Whole actions and those that read slices are both run again.
func TestVerifySlices(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.with("KEEP_INPUTS=1")
	got, _ := s.link()
	wantSliced(t, got, 1, 0)
	for _, args := range []string{"", "--last_link"} {
		code, printed := s.verify(args)
		wantVerified(t, code, printed, 0, "ran 6 actions again: 6 right")
	}
	s.nothingLeft()
}

// thinrex cc verifies its hits, too: a result that was replaced by that of another source
// is found, and the object is right.
func TestVerifyCompilations(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"direct", "both"} {
		t.Run(keys, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.with("COMPILE_KEYS="+keys, "THINLTO_CACHE_MIN_INSTS=0")
			const compile = "rm -f f?.o f?.d; " +
				"for f in f0 f1; do $THINREX cc -- clang-22 -O2 -flto=thin -MD -c $f.c || exit; done"
			s.run(compile)
			s.run("mkdir want; cp f0.o f1.o f0.d f1.d want")
			s.with("VERIFY_HITS=100")
			same := "; for f in f0.o f1.o f0.d f1.d; do cmp $f want/$f || exit; done"
			if printed := s.run(compile + same); printed != "" {
				t.Errorf("printed %q", printed)
			}
			s.run(`set -- $(grep -l -r 'm\.d' cache/ac); [ $# = 2 ] && cp $1 $2`)
			if keys == "both" { // what the optimiser made of the IR is wrong, too
				s.run(`set -- $(grep -L 'm\.d' $(grep -l -r 'm\.o' cache/ac)); [ $# = 2 ] && cp $1 kept && cp $2 $1 && cp kept $2`)
			}
			printed := s.run(compile + same)
			wantPrinted(t, printed, "in the disk cache is wrong")
			s.with("VERBOSE=1")
			if printed := s.run(compile + same); strings.Count(printed, ": hit") != 2 {
				t.Errorf("printed %q", printed)
			}
			s.nothingLeft()
		})
	}
}

// A wrong result of a compilation in a remote cache stays there, and isn't used.
func TestVerifyRemoteCompilations(t *testing.T) {
	t.Parallel()
	server := reapitest.StartT(t, reapitest.Options{Capabilities: noExecution})
	s := newSite(t)
	s.with("REMOTE_CACHE=grpc://"+server.Addr(), "VERIFY_HITS=100")
	const compile = "rm -rf cache f?.o f?.d; " +
		"for f in f0 f1; do $THINREX cc -- clang-22 -O2 -flto=thin -MD -c $f.c || exit; done"
	s.run(compile + "; mkdir want; cp f0.o f1.o want")
	const same = "; cmp f0.o want/f0.o && cmp f1.o want/f1.o"
	if printed := s.run(compile + same); printed != "" {
		t.Errorf("printed %q", printed)
	}
	var keys []digest.Digest
	for key, r := range server.ActionResults() {
		if len(r.OutputFiles) > 0 {
			keys = append(keys, key)
		}
	}
	if len(keys) != 2 {
		t.Fatal(keys)
	}
	forged := server.ActionResults()[keys[0]]
	server.PutActionResult(keys[1], forged)
	for range 2 {
		wantPrinted(t, s.run(compile+same), "the entry "+keys[1].String()+" in the remote cache is wrong")
		if got := server.ActionResults()[keys[1]]; !proto.Equal(got, forged) {
			t.Errorf("the service has %v now", got)
		}
	}
	s.nothingLeft()
}
