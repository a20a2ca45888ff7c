package canon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/distfile"
)

// A fixture is a job in a folder of its own: m.o imports b.o and c.o of an archive.
type fixture struct {
	t      *testing.T
	common distfile.Common
	job    distfile.Job
	opts   Options
}

// Its shard is testdata/shard.bc, which testdata/make.sh makes.
const (
	modulePath = "main.o"
	bPath      = "liblib.a(b.o at 96).2.4D2.o"
	cPath      = "liblib.a(c.o at 3128).3.4D2.o"
	shardPath  = "main.1.1234.native.o.thinlto.bc"
	objectPath = "main.1.1234.native.o"
)

func newFixture(t *testing.T) *fixture {
	t.Helper()
	data := rename(t, sampleShard, func(path string) string {
		switch {
		case strings.Contains(path, "(b.o at "):
			return bPath
		case strings.Contains(path, "(c.o at "):
			return cPath
		}
		return path
	})
	t.Chdir(t.TempDir())
	f := &fixture{
		t: t,
		common: distfile.Common{
			LinkerOutput: "prog",
			Args:         []string{"/usr/bin/clang-22", "-c", "--target=x86_64-pc-linux-gnu", "-O2"},
		},
		job: distfile.Job{
			Args:    []string{modulePath, "-fthinlto-index=" + shardPath, "-o", objectPath},
			Inputs:  []string{modulePath, shardPath, bPath, cPath},
			Outputs: []string{objectPath},
		},
		opts: Options{
			Identity: strings.Repeat("ab", 32),
			Launch:   []string{"/usr/bin/clang-22"},
			Env:      map[string]string{"PATH": "/usr/bin:/bin"},
			Timeout:  10 * time.Minute,
		},
	}
	f.write(modulePath, "module main")
	f.write(bPath, "module b")
	f.write(cPath, "module c")
	f.write(shardPath, data)
	return f
}

func (f *fixture) write(path, content string) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) try() (*action.Action, error) {
	opts := f.opts
	opts.Files = filedigest.Open("", digest.SHA256)
	b, err := NewBuilder(f.common, opts)
	if err != nil {
		return nil, err
	}
	return b.Build(f.job)
}

func (f *fixture) build() *action.Action {
	f.t.Helper()
	a, err := f.try()
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}

// rename gives files other names, in the dist-file, on disk and in the shard.
func (f *fixture) rename(names map[string]string) {
	f.t.Helper()
	to := func(path string) string {
		if name := names[path]; name != "" {
			return name
		}
		return path
	}
	f.write(shardPath, renameFile(f.t, shardPath, to))
	for i, path := range f.job.Inputs {
		f.job.Inputs[i] = to(path)
		data, err := os.ReadFile(path)
		if err != nil {
			f.t.Fatal(err)
		}
		f.write(to(path), string(data))
	}
	for i, path := range f.job.Outputs {
		f.job.Outputs[i] = to(path)
	}
	for i, arg := range f.job.Args {
		option, value, ok := strings.Cut(arg, "=")
		if ok {
			f.job.Args[i] = option + "=" + to(value)
		} else {
			f.job.Args[i] = to(arg)
		}
	}
}

func (f *fixture) arg(args ...string) { f.common.Args = append(f.common.Args, args...) }

func truncate(f *fixture, path string) {
	f.t.Helper()
	if err := os.Truncate(path, 40); err != nil {
		f.t.Fatal(err)
	}
}
