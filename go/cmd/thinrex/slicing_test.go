//go:build linux

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"

	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// newSlicingSite returns a site whose thinrex has thinrex-slicer beside it. Of its jobs,
// that of main.o has imports; the others have none, so that there is nothing to slice.
func newSlicingSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	dir := t.TempDir()
	for _, name := range []string{"thinrex", "thinrex-slicer"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, name), "../"+name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", name, err, out)
		}
	}
	s.env = append(s.env, "THINREX="+filepath.Join(dir, "thinrex"))
	return s
}

// edit adds values to f0.c that main.o doesn't import.
func (s *site) edit() {
	s.t.Helper()
	s.run(`n=$(wc -l <f0.c)
		echo "static int more$n(int x) { return x * $n; } int other$n(int x) { return more$n(x) + 1; }" >>f0.c
		echo "const char *text$n(void) { return \"more\"; }" >>f0.c
		clang-22 $CFLAGS -O2 -flto=thin -c f0.c
		clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc`)
}

// wantSliced compares the counts of a summary that slicing makes.
func wantSliced(t *testing.T, got report.Summary, sliced, hits int) {
	t.Helper()
	if got.Sliced != sliced || got.SliceHits != hits {
		t.Errorf("%d sliced, %d of them hits; want %d and %d", got.Sliced, got.SliceHits, sliced, hits)
	}
}

// Slices in the disk cache are counted as such.
func TestUsageOfSlices(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	got, _ := s.link()
	wantSliced(t, got, 1, 0)
	if printed := s.run("$THINREX du"); !regexp.MustCompile(`(?m)^ +[1-9].* +[1-9].* +slices$`).MatchString(printed) {
		t.Errorf("no slices in\n%s", printed)
	}
}

// Each result in the disk cache holds how long its compiler ran, those of whole modules
// that were made of a sliced action's, too.
func TestStoredTimes(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	got, _ := s.link()
	wantSliced(t, got, 1, 0)
	objects := 0
	paths, _ := filepath.Glob(s.path("cache/ac/*/*"))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r repb.ActionResult
		if err := proto.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		if r.OutputFiles[0].Path != "m.native.o" {
			continue // a slice
		}
		objects++
		m := r.GetExecutionMetadata()
		ran := m.GetExecutionCompletedTimestamp().AsTime().Sub(m.GetExecutionStartTimestamp().AsTime())
		if ran <= 0 || ran > time.Since(m.GetExecutionStartTimestamp().AsTime()) {
			t.Errorf("%s: the compiler ran for %v, %v", path, ran, m)
		}
	}
	if objects != every+1 {
		t.Errorf("%d results of jobs", objects)
	}
}

// After an edit of a module, only those jobs run again that import what has changed.
func TestSlicing(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string]string{
		"plain":               "",
		"sections":            "-ffunction-sections -fdata-sections",
		"position-dependent":  "-fno-pie",
		"frame pointers, -O3": "-O3 -fno-omit-frame-pointer",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSlicingSite(t)
			s.env = append(s.env, "CFLAGS="+flags)
			s.run("clang-22 $CFLAGS -O2 -flto=thin -c *.c; clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc")
			got, _ := s.link()
			wantSummary(t, got, report.Summary{Local: every})
			wantSliced(t, got, 1, 0)

			s.edit()
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})
			wantSliced(t, got, 1, 1)
			wantPrinted(t, printed, "")

			got, _ = s.link() // by the keys of whole modules
			wantSummary(t, got, report.Summary{Hits: every})
			wantSliced(t, got, 0, 0)

			s.run(`sed -i 's/x \* k/x + k/' f0.c; clang-22 $CFLAGS -O2 -flto=thin -c f0.c
				clang-22 -O2 -flto=thin -fuse-ld=lld f?.o main.o -o inproc`)
			got, _ = s.link() // what main.o imports has changed
			wantSummary(t, got, report.Summary{Local: 2, Hits: every - 2})

			s.edit()
			s.with("SLICING=off")
			got, _ = s.link()
			wantSummary(t, got, report.Summary{Local: 2, Hits: every - 2})
			wantSliced(t, got, 0, 0)
			s.with("SLICING=auto", "DISK_CACHE=") // without a cache, slices are of no use
			got, _ = s.link()
			wantSummary(t, got, report.Summary{Local: every, Uncached: every})
			wantSliced(t, got, 0, 0)
			s.nothingLeft()
		})
	}
}

// Objects for Windows are sliced, too.
func TestSlicingCOFF(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	const compile = "clang-22 --target=x86_64-pc-windows-msvc -O2 -flto=thin -c f?.c entry.c\n"
	const link = "lld-link-22 /entry:entry /subsystem:console /nodefaultlib /Brepro f0.o f1.o f2.o f3.o entry.o /out:"
	s.write("entry.c", "int f0(int), f1(int), f2(int), f3(int);\n"+
		"int entry(void) { return f0(1) + f1(2) + f2(3) + f3(4); }\n")
	s.run(compile + link + "inproc")
	thin := func() report.Summary {
		s.run(link + "prog $($THINREX flags --for=lld-link)\ncmp prog inproc")
		var summary report.Summary
		data, err := os.ReadFile(s.path("summary"))
		if err == nil {
			err = json.Unmarshal(data, &summary)
		}
		if err != nil {
			t.Fatal(err)
		}
		return summary
	}
	got := thin()
	wantSummary(t, got, report.Summary{Local: every})
	wantSliced(t, got, 1, 0)
	s.run("echo 'int other(int x) { return x * 7; }' >>f0.c\n" + compile + link + "inproc")
	got = thin()
	wantSummary(t, got, report.Summary{Local: 1, Hits: every - 1})
	wantSliced(t, got, 1, 1)
}

// Another machine finds a service's results by the keys of whole modules or, if the
// service keeps none under these, by sliced keys.
func TestSlicingWithService(t *testing.T) {
	t.Parallel()
	readOnly := func(caps *repb.ServerCapabilities) {
		caps.CacheCapabilities.ActionCacheUpdateCapabilities.UpdateEnabled = false
	}
	for name, tc := range map[string]struct {
		options reapitest.Options
		flag    string
		never   bool // --remote_upload_local_results=false
		first   report.Summary
		sliced  int // jobs that the other machine has to slice
	}{
		"a cache": {
			options: reapitest.Options{Capabilities: noExecution},
			flag:    "REMOTE_CACHE",
			first:   report.Summary{Local: every},
		},
		"workers": {
			options: reapitest.Options{Execute: reapitest.RunCommands},
			flag:    "REMOTE_EXECUTOR",
			first:   report.Summary{Remote: every},
		},
		"workers, nobody else may write": {
			options: reapitest.Options{Execute: reapitest.RunCommands, Capabilities: readOnly},
			flag:    "REMOTE_EXECUTOR",
			first:   report.Summary{Remote: every},
			sliced:  1,
		},
		"workers, this machine mustn't": {
			options: reapitest.Options{Execute: reapitest.RunCommands},
			flag:    "REMOTE_EXECUTOR",
			never:   true,
			first:   report.Summary{Remote: every},
			sliced:  1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, tc.options)
			s := newSlicingSite(t)
			s.with(tc.flag + "=grpc://" + server.Addr())
			if tc.never {
				s.with("REMOTE_UPLOAD_LOCAL_RESULTS=false")
			}
			got, printed := s.link()
			wantSummary(t, got, tc.first)
			wantSliced(t, got, 1, 0)
			wantPrinted(t, printed, "")

			for range 2 {
				s.forget()
				got, printed = s.link()
				wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
				wantSliced(t, got, tc.sliced, tc.sliced)
				wantPrinted(t, printed, "")
			}

			s.edit()
			s.forget()
			got, _ = s.link()
			wantSliced(t, got, 1, 1)
			if got.Hits != every-1 || got.RemoteHits != every-1 || got.Local+got.Remote != 1 {
				t.Errorf("after an edit: %+v", got)
			}
			s.forget()
			got, _ = s.link()
			wantSummary(t, got, report.Summary{Hits: every, RemoteHits: every})
			wantSliced(t, got, tc.sliced, tc.sliced)
		})
	}
}

// A compiler that does something else where a module is smaller than in the user's folder.
const differsOnSlices = `
[ ! -e i00000.o ] || [ $(stat -c %s i00000.o) -ge $(stat -c %s $DIR/f0.o) ] || `

// A compilation that fails on slices runs again with whole modules. The user sees
// nothing of it. After an edit that leaves the slices as they were, a failure is repeated,
// because no cache keeps failures; an object that is of no use is found in the cache.
func TestFailsOnSlices(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fails string
		again int // compilations on slices after the edit
	}{
		"an exit code":    {"{ echo oops >&2; exit 1; }", 1},
		"an empty object": {"{ : >m.native.o; exit 0; }", 1},
		"no ELF file":     {`set -- "$@" -emit-llvm`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSlicingSite(t)
			s.compiler(differsOnSlices + tc.fails + "\nexec clang-22 \"$@\"\n")
			wantTwice := func(got report.Summary, twice int) {
				t.Helper()
				wantSliced(t, got, 0, 0)
				if got.CompiledTwice != twice {
					t.Errorf("%d jobs were compiled twice, want %d", got.CompiledTwice, twice)
				}
			}
			got, printed := s.link()
			wantSummary(t, got, report.Summary{Local: every})
			wantTwice(got, 1)
			wantPrinted(t, printed, "")
			got, _ = s.link()
			wantSummary(t, got, report.Summary{Hits: every})
			wantTwice(got, 0)
			s.edit()
			got, _ = s.link()
			wantSummary(t, got, report.Summary{Local: 2, Hits: every - 2})
			wantTwice(got, tc.again)
		})
	}
}

// A compiler's error is printed once, although the compilation ran twice.
func TestErrorWithSlices(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.compiler("[ ! -e i00000.o ] || { echo m.o: bad module >&2; exit 1; }\nexec clang-22 \"$@\"\n")
	_, printed, err := s.tryLink()
	if err == nil || strings.Count(printed, "main.o: bad module") != 1 {
		t.Errorf("%v: %s", err, printed)
	}
	s.nothingLeft()
}

// --slicing=verify compiles with slices and with whole modules, and fails if the objects
// differ. Nothing of such a job is stored.
func TestSlicingVerify(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	s.with("SLICING=verify", "JOBS=1")
	got, printed := s.link()
	wantSummary(t, got, report.Summary{Local: every})
	wantSliced(t, got, 1, 0)
	wantPrinted(t, printed, "")
	s.edit()
	got, _ = s.link() // a hit of the sliced key would prove nothing
	wantSummary(t, got, report.Summary{Local: 2, Hits: every - 2})
	wantSliced(t, got, 1, 0)

	s = newSlicingSite(t)
	s.with("SLICING=verify")
	s.compiler(differsOnSlices + "exec clang-22 -c -x c /dev/null -o m.native.o\nexec clang-22 \"$@\"\n")
	for range 2 { // the second time, nothing of the first may be found
		_, printed, err := s.tryLink()
		if err == nil || !strings.Contains(printed, "main.o compiled on slices of its imports, differs") {
			t.Errorf("%v: %s", err, printed)
		}
	}
	s.nothingLeft()
}
