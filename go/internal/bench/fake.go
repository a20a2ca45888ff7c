//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"thinrex/go/bitcode"
	"thinrex/go/internal/reapitest"
	"thinrex/go/link/distfile"
)

const (
	manyImports = 60 // of a job of the large dist-file
	someImports = 6  // of a usual job: RocksDB's have 7.3 files
)

// fakeCompiler measures thinrex alone: the dist-files are large, all their jobs hit,
// and their compiler does nothing but write an object.
func (b *bench) fakeCompiler() error {
	jobs := b.jobs
	large, err := b.fakeJobs(jobs, manyImports)
	if err != nil {
		return err
	}
	dir := filepath.Dir(large)
	small := filepath.Join(dir, "small.dist-file.json")
	if err := firstJobs(large, small, jobs/10); err != nil {
		return err
	}
	env := []string{
		"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "fakecache"),
		"THINREX_SUMMARY_FILE=" + filepath.Join(b.dir, "fake.json"),
	}
	largeRun := command{args: []string{b.thinrex, large}, dir: dir, env: env}
	smallRun := command{args: []string{b.thinrex, small}, dir: dir, env: env}
	if _, err := largeRun.run(); err != nil { // fills the cache
		return err
	}
	time.Sleep(3 * time.Second)
	shorter := *b
	shorter.runs = b.fewRuns()
	largeRuns, smallRuns, err := shorter.pair(largeRun, smallRun, nil)
	if err != nil {
		return err
	}
	if _, err := largeRun.run(); err != nil {
		return err
	}
	s, err := readSummary(filepath.Join(b.dir, "fake.json"))
	if err != nil || s.Hits != jobs {
		return fmt.Errorf("not all jobs hit: %+v, %v", s, err)
	}
	rss := median(largeRuns, func(m measure) int64 { return m.rss })
	b.add(fmt.Sprintf("%d jobs × %d imports, all hits, fake compiler", jobs, manyImports),
		fmt.Sprintf("%.2f s, %d MB RSS", median(largeRuns, wall).Seconds(), rss>>20), "", "≤ 10 s, ≤ 300 MB")
	b.add(fmt.Sprintf("its time per job vs. that at %d jobs", jobs/10),
		fmt.Sprintf("%.3f ms vs. %.3f ms", perJob(largeRuns, jobs), perJob(smallRuns, jobs/10)),
		fmt.Sprintf("%.2f×", medianRatio(largeRuns, smallRuns)/10), "≤ 1.3×")
	return nil
}

func perJob(runs []measure, jobs int) float64 {
	return median(runs, wall).Seconds() * 1000 / float64(jobs)
}

// fakeJobs returns a dist-file of n jobs with a compiler that does nothing but
// write an object, in a folder of its own.
func (b *bench) fakeJobs(n, imports int) (file string, err error) {
	shard, err := sampleShard(filepath.Join(b.dir, fmt.Sprintf("sample%d", imports)), imports)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.dir, fmt.Sprintf("fake%dx%d", n, imports))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	compiler, err := buildFake(dir)
	if err != nil {
		return "", err
	}
	file = filepath.Join(dir, "all.dist-file.json")
	return file, writeJobs(dir, compiler, shard, n, file)
}

// sampleShard returns a shard with imports+1 module paths, as lld writes it
// for a module that imports from all others.
func sampleShard(dir string, imports int) (*bitcode.Shard, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for i := range imports {
		text := fmt.Sprintf("static int k%d = 1; int f%d(int x) { return x + k%d; } void s%d(int v) { k%d = v; }\n",
			i, i, i, i, i)
		if err := os.WriteFile(filepath.Join(dir, moduleName(i)+".c"), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	text := ""
	for i := range imports {
		text += fmt.Sprintf("int f%d(int);\n", i)
	}
	text += "int all(int x) {\n"
	for i := range imports {
		text += fmt.Sprintf("  x = f%d(x);\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "all.c"), []byte(text+"  return x;\n}\n"), 0o644); err != nil {
		return nil, err
	}
	// As lld's distributor, keep the shard of all.o and give up.
	script := "#!/bin/sh\ncp all.*.thinlto.bc shard\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "keeper"), []byte(script), 0o755); err != nil {
		return nil, err
	}
	if err := tool(dir, "sh", "-c", "clang-22 -O2 -flto=thin -c *.c"); err != nil {
		return nil, err
	}
	// This link fails, because the keeper gives up.
	tool(dir, "sh", "-c", "ld.lld-22 -shared --thinlto-distributor=./keeper --thinlto-remote-compiler=clang-22 "+
		"*.o -o out")
	data, err := os.ReadFile(filepath.Join(dir, "shard"))
	if err != nil {
		return nil, err
	}
	shard, err := bitcode.Parse(data)
	if err == nil && len(shard.Paths()) != imports+1 {
		err = fmt.Errorf("the sample shard names %d modules, want %d", len(shard.Paths()), imports+1)
	}
	return shard, err
}

// buildFake compiles a program that thinrex takes for a compiler. It writes a header
// that passes for an object.
func buildFake(dir string) (string, error) {
	text := `#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int n, char **a) {
  for (int i = 1; i < n; i++) if (!strcmp(a[i], "-###")) {
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
    return fprintf(stderr, " \"%s\" \"-cc1\"\n", self) < 0;
  }
  for (int i = 1; i + 1 < n; i++) if (!strcmp(a[i], "-o")) {
    FILE *f = fopen(a[i + 1], "w");
    if (!f) return 1;
    static const unsigned char header[] = {OBJECT_HEADER};
    fwrite(header, sizeof header, 1, f);
    for (int k = 0; k < 500; k++) fputs("sixteen bytes...", f);
    return fclose(f) != 0;
  }
  return 0;
}
`
	if err := os.WriteFile(filepath.Join(dir, "fake.c"), []byte(text), 0o644); err != nil {
		return "", err
	}
	header := strings.Trim(strings.ReplaceAll(fmt.Sprint(reapitest.Object("")), " ", ","), "[]")
	return filepath.Join(dir, "fakecc"), tool(dir, "clang-22", "-O2", "-static", "-DOBJECT_HEADER="+header, "fake.c",
		"-o", "fakecc")
}

// writeJobs writes modules, shards and a dist-file of n jobs.
func writeJobs(dir, compiler string, shard *bitcode.Shard, n int, path string) error {
	f := distfile.File{Common: distfile.Common{
		LinkerOutput: "large",
		Args:         []string{compiler, "-c", "-O2"},
		Inputs:       []string{},
	}}
	original := shard.Paths()
	for i := range n {
		module := moduleName(i) + ".o"
		if err := os.WriteFile(filepath.Join(dir, module), fmt.Appendf(nil, "%8000d", i), 0o644); err != nil {
			return err
		}
		job := distfile.Job{Inputs: []string{module, module + ".thinlto.bc"}, Outputs: []string{module + ".native.o"}}
		job.Args = []string{module, "-fthinlto-index=" + job.Inputs[1], "-o", job.Outputs[0]}
		names := map[string]string{}
		for k, p := range original {
			names[p] = moduleName((i+k*k)%n) + ".o"
			if k > 0 {
				job.Inputs = append(job.Inputs, names[p])
			}
		}
		data := shard.Rename(func(p string) string { return names[p] })
		if err := os.WriteFile(filepath.Join(dir, job.Inputs[1]), data, 0o644); err != nil {
			return err
		}
		f.Jobs = append(f.Jobs, job)
	}
	return writeDistfile(path, &f)
}

func writeDistfile(path string, f *distfile.File) error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// firstJobs makes a dist-file of the first n jobs of another.
func firstJobs(from, to string, n int) error {
	f, err := distfile.Read(from)
	if err != nil {
		return err
	}
	if n < 1 || n > len(f.Jobs) {
		return errors.New("too few jobs to compare")
	}
	f.Jobs = f.Jobs[:n]
	return writeDistfile(to, f)
}
