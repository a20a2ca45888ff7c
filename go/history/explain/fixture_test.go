package explain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/history"
	"thinrex/go/history/explain"
)

// A world has the links and compilations that explanations are made of.
type world struct {
	*testing.T
	records explain.Records
	details map[string]*history.Jobs
	read    int // how many times details were read
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, details: map[string]*history.Jobs{}}
	w.records.Jobs = func(id string) (*history.Jobs, error) {
		w.read++
		if jobs, ok := w.details[id]; ok {
			return jobs, nil
		}
		return nil, history.ErrNoJobs
	}
	w.records.Compilations = func(string) []history.Compilation { return nil }
	return w
}

// A module is a job: what it is called, its content, what it imports and how it ended.
type module struct {
	name    string
	content string
	imports string            // names, one blank between two
	slices  map[string]string // contents of slices, by import; nil for none
	shard   string
	outcome history.Outcome
	why     string
}

// link adds a link of modules, some seconds after the last one. edit changes its details.
func (w *world) link(output string, modules []module, edits ...func(*history.Jobs)) history.Link {
	n := len(w.records.Links)
	l := history.Link{ID: fmt.Sprintf("link%d", n), Dir: "/p", Started: time.Unix(int64(1_700_000_000+n), 0)}
	l.Summary.LinkerOutput, l.Summary.Jobs = output, len(modules)
	jobs := &history.Jobs{
		Compiler: history.Compiler{Path: "/usr/bin/clang", Identity: 1},
		Args:     []string{"-O2"},
		Env:      []history.Value{{Name: "PATH", Digest: 1}},
	}
	content := map[string]string{}
	for _, m := range modules {
		content[m.name] = m.content
	}
	file := func(name string) int {
		if i := slices.IndexFunc(jobs.Files, func(f history.File) bool { return f.Name == name }); i >= 0 {
			return i
		}
		jobs.Files = append(jobs.Files, history.File{Name: name, Digest: content[name]})
		return len(jobs.Files) - 1
	}
	for _, m := range modules {
		job := history.Job{Module: file(m.name), Shard: m.shard, Outcome: m.outcome, Why: m.why, From: history.FromHere}
		key := m.name + m.content + m.shard
		slicedKey := key
		for _, name := range strings.Fields(m.imports) {
			job.Imports = append(job.Imports, int32(file(name)))
			key += name + content[name]
			slicedKey += name + m.slices[name]
		}
		if job.Outcome == history.Hit {
			job.From = history.FromDisk
			l.Summary.Hits++
		} else {
			l.Summary.Local++
		}
		if m.why != "uncacheable" {
			job.Key = key
		}
		if m.slices != nil {
			job.Sliced = &history.Sliced{Key: slicedKey, Shard: m.shard}
			for _, name := range strings.Fields(m.imports) {
				job.Sliced.Slices = append(job.Sliced.Slices, history.Slice{Digest: history.ShortOf(m.slices[name])})
			}
		}
		jobs.Jobs = append(jobs.Jobs, job)
	}
	for _, edit := range edits {
		edit(jobs)
	}
	w.records.Links = append(w.records.Links, l)
	w.details[l.ID] = jobs
	return l
}

// causes explains the job of a module of the last link: "KIND FILE" of each cause.
func (w *world) causes(name string) string {
	w.Helper()
	var list []string
	for _, c := range w.job(name).Causes {
		list = append(list, strings.TrimSpace(string(c.Kind)+" "+c.File))
	}
	return strings.Join(list, ", ")
}

func (w *world) job(name string) explain.Job {
	w.Helper()
	l := w.records.Links[len(w.records.Links)-1]
	explained, err := w.records.Link(l, func(module string) bool { return module == name })
	if err != nil || len(explained.Explained) != 1 {
		w.Fatalf("%+v, %v", explained, err)
	}
	return explained.Explained[0]
}
