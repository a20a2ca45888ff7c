package link_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
	"thinrex/go/link/distfile"
	"thinrex/go/reapi"
	"thinrex/go/reapi/rpc"
	"thinrex/go/report"
	"thinrex/go/store"
)

var strategies = []struct {
	name string
	link.Strategy
}{{"local", link.Local}, {"remote", link.Remote}, {"fallback", link.Fallback}, {"racing", link.Racing}}

// A world is a folder with a dist-file's modules and shards, the compiler
// (fakecc), and another one for workers (workercc).
type world struct {
	*testing.T
	dir      string
	file     *distfile.File
	contents []string // of the modules, one for each job
}

const (
	lib        = "lib.o" // what all modules import from
	smallShard = 1       // words of a shard's additional block
	otherShard = 7
)

// newWorld changes into the folder. A content is that of a module, as
// fakeCompiler has it.
func newWorld(t *testing.T, contents []string) *world {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	w := &world{T: t, dir: dir, contents: contents, file: &distfile.File{Common: distfile.Common{
		LinkerOutput: "prog", Args: []string{filepath.Join(dir, "fakecc"), "-c", "-O2"}, Inputs: []string{},
	}}}
	for _, name := range []string{"fakecc", "workercc"} {
		if err := os.Symlink(filepath.Join(parts.dir, "fakecc"), name); err != nil {
			t.Fatal(err)
		}
	}
	w.write(lib, []byte("lib\n"))
	for i, content := range contents {
		module := fmt.Sprintf("mod%04d.o", i)
		job := distfile.Job{Inputs: []string{module, module + ".thinlto.bc", lib}, Outputs: []string{module + ".native.o"}}
		job.Args = []string{module, "-fthinlto-index=" + job.Inputs[1], "-o", job.Outputs[0]}
		w.file.Jobs = append(w.file.Jobs, job)
		w.write(module, []byte(content+"\n"))
		w.write(job.Shard(), shardFor(module, lib, smallShard))
	}
	return w
}

func (w *world) write(path string, data []byte) {
	w.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		w.Fatal(err)
	}
}

// runAsIs takes from a job what an action needs.
func (w *world) runAsIs(i int) {
	job := &w.file.Jobs[i]
	job.Args = []string{job.Module(), "-o", job.Outputs[0]}
	job.Inputs = job.Inputs[:1]
}

// worker is a service's: it runs workercc, and refuses modules that say so.
func worker(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
	for _, in := range job.Inputs {
		if data, _ := job.Blob(in.Digest); in.Path == "m.o" && strings.Contains(string(data), " refuse") {
			return nil, status.Error(codes.InvalidArgument, "refused")
		}
	}
	return reapitest.RunCommands(ctx, job)
}

// service returns a service whose answers take a moment.
func service(t *testing.T, edits ...func(*reapitest.Options)) *reapitest.Server {
	t.Helper()
	o := reapitest.Options{Execute: worker, Slots: 4, Latency: 5 * time.Millisecond}
	for _, edit := range edits {
		edit(&o)
	}
	return reapitest.StartT(t, o)
}

// openStore returns a cache on this machine.
func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), digest.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A setup is what a link has beside its dist-file.
type setup struct {
	strategy    link.Strategy
	service     *reapitest.Server // nil for none; a cache alone for link.Local
	remoteTasks int               // 0 for many
	cache       action.Cache      // nil for none
	slots       *host.Slots       // nil for two
	keepGoing   bool
	patience    time.Duration // 0 for no help
	verbose     bool
}

func (w *world) link(ctx context.Context, u setup) (report.Summary, error) {
	w.Helper()
	stderr, err := os.Create("stderr")
	if err != nil {
		w.Fatal(err)
	}
	defer stderr.Close()
	o := link.Options{
		Cache: u.cache, Strategy: u.strategy, Files: filedigest.Open("", digest.SHA256), Slots: u.slots,
		RemoteTasks: cmp.Or(u.remoteTasks, 200),
		SandboxBase: w.TempDir(), Env: map[string]string{"PATH": "/usr/bin:/bin"}, Compiler: filepath.Join(w.dir, "workercc"),
		Timeout: time.Minute, KeepGoing: u.keepGoing, Patience: u.patience, Terminal: report.NewTerminal(stderr, u.verbose), Started: time.Now(),
	}
	if o.Slots == nil {
		o.Slots = host.NewSlots(2, "")
	}
	if u.service != nil {
		client := w.dial(ctx, u, o.Terminal)
		defer client.Close()
		o.Remote = client
	}
	return link.Run(ctx, w.file, o)
}

func (w *world) dial(ctx context.Context, u setup, term *report.Terminal) *reapi.Client {
	w.Helper()
	o := reapi.Options{
		Options: rpc.Options{
			Timeout:    time.Minute,
			InFlight:   2 * link.RemoteLookups,
			Version:    "1.2.3",
			Invocation: "this-link",
			Warn:       term.WarnOnce,
		},
		Executor:         "grpc://" + u.service.Addr(),
		AcceptCached:     true,
		Workers:          true,
		Function:         digest.SHA256,
		Executions:       100,
		ExecutionTimeout: time.Minute,
	}
	if u.strategy == link.Local {
		o.Cache, o.Executor, o.Upload = o.Executor, "", reapi.UploadAlways
	}
	c, err := reapi.Dial(ctx, o)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// said is what the newest link has printed so far.
func (w *world) said() string { return w.read("stderr") }

func (w *world) read(path string) string {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.Error(err)
	}
	return string(data)
}

// clean removes the outputs, as the linker does.
func (w *world) clean() {
	for _, job := range w.file.Jobs {
		os.Remove(job.Outputs[0])
	}
}

// check checks what holds for each link: nothing is lost, and the outputs are
// all there or all gone.
func (w *world) check(s report.Summary, err error) {
	w.Helper()
	if sum := s.Hits + s.Local + s.Remote + s.Failed + s.Skipped; sum != s.Jobs && (err == nil || errors.Is(err, link.ErrCompilation)) {
		w.Errorf("%d jobs of %d are accounted for: %+v", sum, s.Jobs, s)
	}
	for i, job := range w.file.Jobs {
		object := w.read(job.Outputs[0])
		switch {
		case err != nil && object != "":
			w.Errorf("%s is left of a link that failed: %v", job.Outputs[0], err)
		case err == nil && !strings.HasPrefix(object, string(reapitest.Object("object of "+w.name(i)+","))):
			w.Errorf("%s, %q, is %q", job.Outputs[0], w.contents[i], object)
		}
	}
	if w.Failed() {
		w.Logf("%+v, %v; it said:\n%.2000s", s, err, w.said())
	}
}

func (w *world) name(i int) string {
	name, _, _ := strings.Cut(w.contents[i], " ")
	return name
}

// objectOf is what the compiler makes of a module and its shard.
func objectOf(name string, shard []byte) string {
	return string(reapitest.Object(fmt.Sprintf("object of %s, shard of %d bytes\n", name, len(shard))))
}

// canonicalShard is that of an action.
func canonicalShard(words int) []byte { return shardFor("m.o", "i00000.o", words) }

// compilations returns the names of what a compiler began, in order, and how
// many of them ran at once at most.
func (w *world) compilations(compiler string) (names []string, atOnce int) {
	running := 0
	for line := range strings.Lines(w.read(compiler + ".log")) {
		event, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if event == "end" {
			running--
			continue
		}
		running++
		atOnce = max(atOnce, running)
		names = append(names, name)
	}
	return names, atOnce
}

// within is a test's context. It has no deadline, which a busy machine would
// miss: a link that hangs is ended by what runs the tests, see the Makefile.
func within(t testing.TB) context.Context { return t.Context() }
