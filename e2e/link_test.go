//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thinrex/e2e/internal/stage"
	"thinrex/go/report"
)

// A machine stands for a computer that has linked nothing yet: its disk store is
// empty. It shares only the worker with other machines.
type machine struct {
	dir string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	m := machine{dir: t.TempDir()}
	for _, name := range []string{"tmp", "home"} {
		if err := os.Mkdir(m.path(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(m.path("thinrex.toml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m machine) path(name string) string { return filepath.Join(m.dir, name) }

// link links a project to the file "program" and returns thinrex's summary,
// and the output of clang, lld and thinrex.
func (m machine) link(t *testing.T, p *project, options ...string) (report.Summary, string, error) {
	t.Helper()
	args := []string{"-O2", "-flto=thin", "-fuse-ld=lld-22", "-fthinlto-distributor=" + site.Thinrex(t), "-o", "program"}
	for _, o := range options {
		args = append(args, "-Xthinlto-distributor="+o)
	}
	for _, path := range []string{filepath.Join(p.dir, "program"), m.path("summary.json")} {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), p.compiler, append(args, p.inputs...)...)
	cmd.Dir = p.dir
	cmd.Env = m.environment()
	started := time.Now()
	out, err := cmd.CombinedOutput()
	seconds := time.Since(started).Seconds()
	m.nothingLeft(t, p)

	var summary report.Summary
	data, readErr := os.ReadFile(m.path("summary.json"))
	if readErr == nil {
		readErr = json.Unmarshal(data, &summary)
	}
	if readErr != nil {
		t.Fatalf("no summary of the link: %v\nlink: %v\n%s", readErr, err, out)
	}
	t.Logf("link with %s: %s; %.1fs in all", strings.Join(options, " "), summary.Line(), seconds)
	return summary, string(out), err
}

func (m machine) environment() []string {
	return append(os.Environ(), "HOME="+m.path("home"), "TMPDIR="+m.path("tmp"), "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=",
		"THINREX_CONFIG="+m.path("thinrex.toml"), "THINREX_SUMMARY_FILE="+m.path("summary.json"),
		"THINREX_DISK_CACHE="+m.path("cache"))
}

// nothingLeft checks that the link has removed its temporary files.
func (m machine) nothingLeft(t *testing.T, p *project) {
	t.Helper()
	for _, pattern := range []string{
		m.path("tmp/*"), m.path("cache/tmp/*"), filepath.Join(p.dir, "*.native.o*"),
		filepath.Join(p.dir, "*.dist-file.json"), filepath.Join(p.dir, ".thinrex-*"),
	} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("the link has left %q", left)
		}
	}
}

// mustLink links, and checks where the jobs were run and that the program is
// what lld links by itself.
func (m machine) mustLink(t *testing.T, p *project, want report.Summary, options ...string) {
	t.Helper()
	got, out, err := m.link(t, p, options...)
	if err != nil {
		t.Fatalf("link: %v\n%s", err, out)
	}
	if out != "" {
		t.Errorf("the link isn't quiet:\n%s", out)
	}
	if got.Jobs != p.modules || got.Hits != want.Hits || got.Local != want.Local || got.Remote != want.Remote ||
		got.Failed+got.Skipped+got.Uncached != 0 {
		t.Errorf("summary: %+v\nwant %d jobs: %d hits, %d local, %d remote",
			got, p.modules, want.Hits, want.Local, want.Remote)
	}
	p.same(t, "program")
}

func onWorker(addr, toolchain string) []string {
	return []string{"--remote_executor=grpc://" + addr, "--exec_strategy=remote", "--toolchain=" + toolchain}
}

// The worker's image has the compiler.
func TestToolchainOfImage(t *testing.T) {
	p := newQuickstart(t)
	worker := onWorker(site.StartWorker(t, stage.WorkerOptions{}), "image")
	first := newMachine(t)
	first.mustLink(t, p, report.Summary{Remote: p.modules}, worker...)
	first.mustLink(t, p, report.Summary{Hits: p.modules}, worker...)
	newMachine(t).mustLink(t, p.elsewhere(t), report.Summary{Hits: p.modules}, worker...)
	// The disk store was filled on the way, under the keys of a local link.
	first.mustLink(t, p, report.Summary{Hits: p.modules})
}

// The worker has no LLVM; thinrex uploads the compiler with each action.
func TestToolchainUploaded(t *testing.T) {
	p := newQuickstart(t)
	addr := site.StartWorker(t, stage.WorkerOptions{Hide: compilerFiles(t)})

	image := newMachine(t)
	got, out, err := image.link(t, p, onWorker(addr, "image")...)
	t.Logf("with a compiler that the worker doesn't have: %v\n%s", err, out)
	if err == nil || got.Hits+got.Local+got.Remote > 0 {
		t.Fatalf("a link whose compiler isn't on the worker: %v, %+v", err, got)
	}
	if !strings.Contains(out, `Cannot run program "/usr/bin/clang-22"`) {
		t.Error("the link's output lacks the worker's error")
	}
	if _, err := os.Stat(filepath.Join(p.dir, "program")); err == nil {
		t.Error("the failed link wrote its program")
	}

	uploaded := onWorker(addr, "upload")
	newMachine(t).mustLink(t, p, report.Summary{Remote: p.modules}, uploaded...)
	newMachine(t).mustLink(t, p.elsewhere(t), report.Summary{Hits: p.modules}, uploaded...)
}

// A worker that serves only as a cache: what one machine has compiled is a hit on
// another one, even if that one would compile on the worker.
func TestWorkerAsCacheOnly(t *testing.T) {
	p := newQuickstart(t)
	addr := site.StartWorker(t, stage.WorkerOptions{})
	cache := []string{"--remote_cache=grpc://" + addr, "--remote_upload_local_results=true"}
	newMachine(t).mustLink(t, p, report.Summary{Local: p.modules}, cache...)
	newMachine(t).mustLink(t, p.elsewhere(t), report.Summary{Hits: p.modules}, cache...)
	newMachine(t).mustLink(t, p, report.Summary{Hits: p.modules}, onWorker(addr, "image")...)
}

// compilerFiles returns the files that a machine without LLVM lacks: the compiler,
// and the libraries that are installed with it.
func compilerFiles(t *testing.T) []string {
	t.Helper()
	files := []string{"/usr/lib/llvm-22", "/usr/bin/clang-22"}
	out, err := exec.Command("ldd", "/usr/bin/clang-22").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		name, rest, found := strings.Cut(strings.TrimSpace(line), " => ")
		path, _, _ := strings.Cut(rest, " ")
		for _, lib := range []string{"libLLVM", "libclang", "libz3.", "libedit.", "libffi.", "libxml2.", "libicu"} {
			if found && strings.HasPrefix(name, lib) {
				files = append(files, path)
			}
		}
	}
	return files
}

func TestManyActions(t *testing.T) {
	p := newLarge(t, 1998)
	worker := onWorker(site.StartWorker(t, stage.WorkerOptions{}), "image")
	newMachine(t).mustLink(t, p, report.Summary{Remote: p.modules}, worker...)
	newMachine(t).mustLink(t, p, report.Summary{Hits: p.modules}, worker...)
}
