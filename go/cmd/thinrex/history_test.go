//go:build linux

package main

import (
	"crypto/md5"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/digest"
	"thinrex/go/history"
	"thinrex/go/store"
)

// past is the history in the site's cache.
func (s *site) past() history.Folder {
	return history.In(store.StateDir(s.path("cache"), digest.SHA256))
}

// lastLink returns the record of the last link, and its jobs by modules.
func (s *site) lastLink() (history.Link, *history.Jobs, map[string]history.Job) {
	s.t.Helper()
	links, unread, err := s.past().Links(time.Time{})
	if err != nil || unread != (history.Unread{}) || len(links) == 0 {
		s.t.Fatalf("%d links, unread %+v, %v", len(links), unread, err)
	}
	last := links[len(links)-1]
	all, err := s.past().Jobs(last.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	jobs := map[string]history.Job{}
	for _, job := range all.Jobs {
		jobs[all.Files[job.Module].Name] = job
	}
	return last, all, jobs
}

// guidOf names a function as LLVM's summaries do.
func guidOf(name string) history.GUID {
	sum := md5.Sum([]byte(name))
	return history.GUID(binary.LittleEndian.Uint64(sum[:]))
}

// A link is remembered with the names, digests, keys and times of its jobs, and with what
// it read of imported modules.
func TestLinkIsRemembered(t *testing.T) {
	t.Parallel()
	s := newSlicingSite(t)
	summary, _ := s.link()
	link, all, jobs := s.lastLink()
	if link.Summary != summary || link.Dir != s.dir || link.Project != s.dir || link.Strategy != "local" ||
		link.RunSeconds <= 0 || link.SavedSeconds != 0 || time.Since(link.Started) > time.Hour {
		t.Errorf("%+v, want %+v", link, summary)
	}
	if filepath.Base(all.Compiler.Path) != "clang" || all.Compiler.Identity == 0 || !slices.Contains(all.Args, "-O2") {
		t.Errorf("%+v, %q", all.Compiler, all.Args)
	}
	for _, f := range all.Files {
		data, err := os.ReadFile(s.path(f.Name))
		if err != nil {
			t.Fatal(err)
		}
		if d := digest.SHA256.Of(data); d.Hash != f.Digest || d.Size != f.Size {
			t.Errorf("%+v is %v", f, d)
		}
	}
	main := jobs["main.o"]
	if main.Outcome != history.Local || main.From != history.FromHere || len(main.Imports) != modules ||
		main.Sliced == nil || len(main.Sliced.Slices) != modules || main.Cut <= 0 || main.Whole != "" {
		t.Fatalf("main.o: %+v", main)
	}
	for i, slice := range main.Sliced.Slices {
		name := strings.TrimSuffix(all.Files[main.Imports[i]].Name, ".o") // f0 is in f0.o
		if slice.Digest == 0 || slice.Kept == 0 || slice.Whole || !slices.Contains(slice.GUIDs, guidOf(name)) {
			t.Errorf("slice of %s: %+v", name, slice)
		}
	}
	for name, job := range jobs {
		entry, _, _ := strings.Cut(job.Key, "/")
		if _, err := os.Stat(s.path("cache/ac/" + entry[:2] + "/" + entry)); err != nil {
			t.Errorf("%s: no result by its key: %v", name, err)
		}
		if job.Shard == "" || job.Run <= 0 || job.Ran <= 0 || job.Ran > job.Run || job.Start < job.Begin+job.Lookup ||
			job.End < job.Start+job.Run || job.Bytes == 0 || job.Why != "" {
			t.Errorf("%s: %+v", name, job)
		}
	}

	// After an edit, one job has another module, and main.o hits by its sliced key.
	s.edit()
	s.link()
	link, all, again := s.lastLink()
	if link.SavedSeconds <= 0 || link.RunSeconds <= 0 {
		t.Errorf("%+v", link)
	}
	for name, job := range again {
		want, from := history.Hit, history.FromDisk
		if name == "f0.o" {
			want, from = history.Local, history.FromHere
		}
		sameKey := name != "f0.o" && name != "main.o"
		if job.Outcome != want || job.From != from || job.Ran <= 0 || (job.Key == jobs[name].Key) != sameKey {
			t.Errorf("%s: %+v, before %+v", name, job, jobs[name])
		}
	}
	if now := again["main.o"]; now.Sliced == nil || now.Sliced.Key != main.Sliced.Key {
		t.Errorf("main.o: %+v, before %+v", now.Sliced, main.Sliced)
	}
}

// --nohistory remembers nothing, and neither does a link that thinrex is turned off for. A
// link that fails is remembered.
func TestWhichLinksAreRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.with("HISTORY=false")
	s.link()
	s.with("HISTORY=true", "DISABLE=1")
	s.link()
	if links, _, err := s.past().Links(time.Time{}); len(links) > 0 || err != nil {
		t.Fatalf("%+v, %v", links, err)
	}
	s.with("DISABLE=false")
	s.compiler(`echo "error: bad" >&2; exit 1`)
	if _, printed, err := s.tryLink(); err == nil {
		t.Fatalf("the link didn't fail: %s", printed)
	}
	link, _, jobs := s.lastLink()
	count := map[history.Outcome]int{}
	for _, job := range jobs {
		count[job.Outcome]++
		if job.Outcome == history.Failed && job.Why != "exit status 1" {
			t.Errorf("%+v", job)
		}
	}
	if sum := link.Summary; sum.Failed == 0 || sum.Error == "" || count[history.Failed] != sum.Failed ||
		count[history.Skipped] != sum.Skipped {
		t.Errorf("%+v, %v", sum, count)
	}
}
