package cut_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"thinrex/go/bitcode"
	"thinrex/go/internal/quick"
	"thinrex/go/link/distfile"
	"thinrex/go/link/slice"
)

// slicer cuts modules with the program as it is installed, and with the LLVM of clang-22.
var slicer *slice.Pool

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "thinrex-cut-test-")
	if err == nil {
		slicer, err = startSlicer(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(withSlicer{m}, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// withSlicer ends the slicer after the tests, before goroutines are counted.
type withSlicer struct{ tests *testing.M }

func (w withSlicer) Run() int {
	defer slicer.Close()
	return w.tests.Run()
}

func startSlicer(dir string) (*slice.Pool, error) {
	program := filepath.Join(dir, "thinrex-slicer")
	build := exec.Command("go", "build", "-o", program, "thinrex/go/cmd/thinrex-slicer")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make build does
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", build, err, out)
	}
	library, err := libraryOf("clang-22")
	if err != nil {
		return nil, err
	}
	return slice.NewPool(slice.Options{
		Program:   program,
		Library:   library,
		Processes: 2,
		Timeout:   time.Minute,
	}), nil
}

// libraryOf returns the libLLVM that a compiler loads.
func libraryOf(compiler string) (string, error) {
	path, err := exec.LookPath(compiler)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", err
	}
	out, err := exec.Command("ldd", path).Output()
	if err != nil {
		return "", err
	}
	found := regexp.MustCompile(`libLLVM\S* => (\S+)`).FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("%s loads no libLLVM", path)
	}
	return string(found[1]), nil
}

// A program has been compiled, and linked up to where its backends would run.
type program struct {
	*testing.T
	dir  string
	file *distfile.File
}

// elf is how clang links, up to where the backends would run.
const elf = "clang++-22 -flto=thin -fuse-ld=lld --ld-path=ld.lld-22 -fthinlto-distributor=./keep -o prog "

// build compiles sources, by name, with cflags, and lets a linker make the jobs. It works
// in a new folder.
func build(t *testing.T, sources map[string]string, cflags, linker string) *program {
	t.Helper()
	quick.Skip(t, "compiles with clang")
	p := &program{T: t, dir: t.TempDir()}
	var objects []string
	for name, text := range sources {
		p.write(name, text)
		if strings.HasSuffix(name, ".h") || strings.HasSuffix(name, ".txt") {
			continue
		}
		objects = append(objects, name+".o")
	}
	for _, object := range objects {
		p.compile(strings.TrimSuffix(object, ".o"), cflags)
	}
	p.write("keep", "#!/bin/sh\nfor f; do last=$f; done\ncp -- \"$last\" kept.json\n"+
		"mkdir kept\ncp -- *.thinlto.bc kept\nexit 1\n")
	if err := os.Chmod(p.path("keep"), 0o755); err != nil {
		t.Fatal(err)
	}
	args := append(strings.Fields(linker), objects...)
	link := exec.Command(args[0], args[1:]...)
	link.Dir = p.dir
	linked, _ := link.CombinedOutput() // fails, because keep does
	file, err := distfile.Read(p.path("kept.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, linked)
	}
	p.file = file
	for _, job := range file.Jobs {
		if err := os.Rename(p.path("kept/"+job.Shard()), p.path(job.Shard())); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *program) path(name string) string { return filepath.Join(p.dir, name) }

func (p *program) write(name, text string) {
	p.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
}

func (p *program) read(name string) []byte {
	p.Helper()
	data, err := os.ReadFile(p.path(name))
	if err != nil {
		p.Fatal(err)
	}
	return data
}

func (p *program) run(name string, args ...string) {
	p.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = p.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

func (p *program) compile(source, cflags string) {
	p.Helper()
	compiler, standard := "clang++-22", "-std=c++20"
	if strings.HasSuffix(source, ".c") {
		compiler, standard = "clang-22", "-std=c17"
	}
	args := append([]string{standard, "-flto=thin", "-c", source, "-o", source + ".o"}, strings.Fields(cflags)...)
	p.run(compiler, args...)
}

// An imported module is one that a job imports from.
type imported struct {
	path    string
	request slice.Request
}

func (p *program) module(path string) *bitcode.Module {
	p.Helper()
	m, err := bitcode.ReadModule(p.read(path))
	if err != nil {
		p.Fatal(err)
	}
	return m
}

// imports returns what a job imports.
func (p *program) imports(job distfile.Job) []imported {
	p.Helper()
	shard, err := bitcode.Parse(p.read(job.Shard()))
	if err != nil {
		p.Fatal(err)
	}
	keep, err := shard.Imports()
	if err != nil {
		p.Fatal(err)
	}
	var list []imported
	var modules []bitcode.Import
	for _, path := range job.Inputs[2:] {
		list = append(list, imported{path, slice.Request{Path: p.path(path), Keep: keep[path]}})
		modules = append(modules, bitcode.Import{Module: p.module(path), Keep: keep[path]})
	}
	for i, mention := range bitcode.Mentions(p.module(job.Module()), modules) {
		list[i].request.Mention = mention
	}
	return list
}

// object runs a job in a new folder, with slices, by path, in place of imported modules.
func (p *program) object(job distfile.Job, slices map[string][]byte) []byte {
	p.Helper()
	dir := p.TempDir()
	for _, name := range append(job.Inputs, p.file.Common.Inputs...) {
		data, cut := slices[name]
		if !cut {
			data = p.read(name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			p.Fatal(err)
		}
	}
	args := append(p.file.Common.Args[1:len(p.file.Common.Args):len(p.file.Common.Args)], job.Args...)
	cmd := exec.Command(p.file.Common.Compiler(), args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		p.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	object, err := os.ReadFile(filepath.Join(dir, job.Outputs[0]))
	if err != nil {
		p.Fatal(err)
	}
	return object
}

// checkEqual fails if any job's object changes when its imports are cut. It returns how
// many slices there were.
func (p *program) checkEqual() (cut int) {
	p.Helper()
	for _, job := range p.file.Jobs {
		slices := map[string][]byte{}
		for _, in := range p.imports(job) {
			data, err := slicer.Slice(p.Context(), in.request)
			if err != nil {
				p.Errorf("%s: %v", job.Module(), err)
				continue
			}
			slices[in.path] = data
		}
		if !bytes.Equal(p.object(job, nil), p.object(job, slices)) {
			p.Errorf("%s: the object from slices differs", job.Module())
		}
		cut += len(slices)
	}
	return cut
}
