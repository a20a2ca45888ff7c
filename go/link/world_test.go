package link_test

import (
	"cmp"
	"context"
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
	"thinrex/go/history"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/internal/quick"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
	"thinrex/go/link/distfile"
	"thinrex/go/reapi"
	"thinrex/go/reapi/remoteflags"
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
	contents []string      // of the modules, one for each job
	journal  *history.Jobs // of the last link
}

const (
	lib        = "lib.o" // what all modules import from
	smallShard = 1       // words of a shard's additional block
	otherShard = 7
)

// newWorld makes a world and changes into its folder. contents are those of the modules,
// as fakeCompiler reads them.
func newWorld(t *testing.T, contents []string) *world {
	t.Helper()
	quick.Skip(t, "needs objects that clang and lld make")
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

// runAsIs takes from a job what an action needs, so that it must run as the linker wrote
// it.
func (w *world) runAsIs(i int) {
	job := &w.file.Jobs[i]
	job.Args = []string{job.Module(), "-o", job.Outputs[0]}
	job.Inputs = job.Inputs[:1]
}

// worker executes a service's jobs: it runs workercc, and refuses modules that contain
// the word refuse.
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

// A setup holds what a link needs beside its dist-file.
type setup struct {
	strategy    link.Strategy
	service     *reapitest.Server // nil for none; a cache alone for link.Local
	remoteTasks int               // 0 for many
	cache       action.Cache      // nil for none
	slots       *host.Slots       // nil for two
	keepGoing   bool
	patience    time.Duration // 0 for no help
	verifyHits  int           // percent
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
		Cache:       u.cache,
		Strategy:    u.strategy,
		Files:       filedigest.Open("", digest.SHA256),
		Slots:       u.slots,
		RemoteTasks: cmp.Or(u.remoteTasks, 200),
		SandboxBase: w.TempDir(),
		Env:         map[string]string{"PATH": "/usr/bin:/bin"},
		Compiler:    filepath.Join(w.dir, "workercc"),
		Timeout:     time.Minute,
		KeepGoing:   u.keepGoing,
		Patience:    u.patience,
		VerifyHits:  u.verifyHits,
		Terminal:    report.NewTerminal(stderr, u.verbose),
		Started:     time.Now(),
	}
	if o.Slots == nil {
		o.Slots = host.NewSlots(2, "")
	}
	if u.service != nil {
		client := w.dial(ctx, u, o.Terminal)
		defer client.Close()
		o.Remote = client
	}
	o.Journal = link.NewJournal()
	s, err := link.Run(ctx, w.file, o)
	w.journal = o.Journal.Jobs()
	w.checkJournal(w.journal, s, err)
	return s, err
}

func (w *world) dial(ctx context.Context, u setup, term *report.Terminal) *reapi.Client {
	w.Helper()
	o := reapi.Options{
		Options: rpc.Options{
			Connection: remoteflags.Connection{Timeout: time.Minute},
			InFlight:   2 * link.RemoteLookups,
			Version:    "1.2.3",
			Invocation: "this-link",
			Warn:       term.WarnOnce,
		},
		Services: remoteflags.Services{
			Executor:     "grpc://" + u.service.Addr(),
			AcceptCached: true,
			Executions:   100,
		},
		Workers:          true,
		Function:         digest.SHA256,
		ExecutionTimeout: time.Minute,
	}
	if u.strategy == link.Local {
		o.Cache, o.Executor, o.Upload = o.Executor, "", remoteflags.UploadAlways
	}
	c, err := reapi.Dial(ctx, o)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// within is a test's context. It has no deadline, which a busy machine would
// miss: a link that hangs is ended by what runs the tests, see the Makefile.
func within(t testing.TB) context.Context { return t.Context() }
