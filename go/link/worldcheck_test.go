package link_test

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"thinrex/go/internal/reapitest"
	"thinrex/go/link"
	"thinrex/go/report"
)

// stderr returns what the newest link has printed so far.
func (w *world) stderr() string { return w.read("stderr") }

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

// check checks what holds for each link: each job is accounted for, and the outputs are
// all there, or all gone.
func (w *world) check(s report.Summary, err error) {
	w.Helper()
	sum := s.Hits + s.Local + s.Remote + s.Failed + s.Skipped
	if sum != s.Jobs && (err == nil || errors.Is(err, link.ErrCompilation)) {
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
		w.Logf("%+v, %v; stderr:\n%.2000s", s, err, w.stderr())
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
