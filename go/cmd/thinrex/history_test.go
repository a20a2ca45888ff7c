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
	link, _, again := s.lastLink()
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

// compilations returns the records of thinrex cc.
func (s *site) compilations() []history.Compilation {
	s.t.Helper()
	list, unread, err := s.past().Compilations(time.Time{})
	if err != nil || unread != (history.Unread{}) {
		s.t.Fatalf("unread %+v, %v", unread, err)
	}
	return list
}

// Each command of thinrex cc is remembered: a compilation, a backend, and what ran as it was
// given.
func TestCompilationsAreRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(`for i in 1 2; do $THINREX cc -- clang-22 -O2 -flto=thin -c f1.c -o f1.o; done
		$THINREX cc --nohistory -- clang-22 -O2 -flto=thin -c f1.c -o f1.o
		THINREX_DISABLE=1 $THINREX cc -- clang-22 -O2 -flto=thin -c f1.c -o f1.o
		$THINREX cc -- clang-22 --version >/dev/null
		clang-22 -O2 -flto=thin -fuse-ld=lld -Wl,--thinlto-index-only f?.o main.o -o indexed
		for i in 1 2; do
			$THINREX cc -- clang-22 -O2 -c -x ir main.o -fthinlto-index=main.o.thinlto.bc -o main.native.o
		done
		rm main.native.o
		! $THINREX cc -- clang-22 -O2 -c -x ir none.o -fthinlto-index=none.o.thinlto.bc -o none.native.o`)
	for i, c := range s.compilations() {
		want := []history.Compilation{
			{Source: "f1.c", Output: "f1.o", Phase: history.CompilePhase, Outcome: history.Compiled},
			{Source: "f1.c", Output: "f1.o", Phase: history.CompilePhase, Outcome: history.Hit},
			{Phase: history.CompilePhase, Outcome: history.NotCached},
			{Source: "main.o", Output: "main.native.o", Phase: history.BackendPhase, Outcome: history.Compiled},
			{Source: "main.o", Output: "main.native.o", Phase: history.BackendPhase, Outcome: history.Hit},
			{Phase: history.BackendPhase, Outcome: history.NotCached},
		}[i]
		if c.Source != want.Source || c.Output != want.Output || c.Phase != want.Phase || c.Outcome != want.Outcome ||
			c.Dir != s.dir || c.Project != s.dir || c.Seconds <= 0 || (c.Why == "") != (c.Key != "") {
			t.Errorf("record %d is %+v, want %+v", i, c, want)
		}
		if c.Key != "" && (c.Ran <= 0 || c.Bytes == 0 || c.Args == 0 || c.Compiler == 0 || c.Env == 0 || c.Content == 0) {
			t.Errorf("%+v", c)
		}
	}
	if n := len(s.compilations()); n != 6 {
		t.Errorf("%d records", n)
	}
}

// A history that can't be used costs a link and a compilation nothing, and nothing is said
// of it, but for one line of a link that isn't remembered though its cache can be written.
func TestBrokenHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const notRemembered = "thinrex: warning: can't remember how this went"
	for _, test := range []struct {
		name    string
		prepare string // runs in the history's folder
		mount   string // runs in a namespace of its own, before two links and two compilations
		linked  string // what each link prints
		links   int    // of these, how many are remembered
	}{
		{
			name:    "corrupt",
			prepare: "head -c 10000 /dev/urandom >links-000001.jsonl; cp links-000001.jsonl compilations-000001.jsonl",
			links:   2,
		},
		{
			name:    "later",
			prepare: `echo '{"version":9,"dir":7}' >links-000001.jsonl; cp links-000001.jsonl compilations-000001.jsonl`,
			links:   2,
		},
		{name: "read-only", mount: "mount --bind $H $H; mount -o remount,bind,ro $H"},
		{
			name:   "full",
			mount:  "mount -t tmpfs -o size=4k tmpfs $H; head -c 4096 /dev/zero >$H/x",
			linked: notRemembered,
		},
		{name: "folders", prepare: "mkdir links-000001.jsonl compilations-000001.jsonl", linked: notRemembered},
		{name: "a file", prepare: "cd ..; rmdir history; : >history", linked: notRemembered},
		{
			name:    "dead links",
			prepare: "ln -s /none/x links-000001.jsonl; ln -s /none/x compilations-000001.jsonl",
			linked:  notRemembered,
		},
	} {
		s.forget()
		s.env = append(s.env, "H="+s.path("cache/thinrex/history"))
		s.run("mkdir -p $H; cd $H\n" + test.prepare)
		s.write("script.sh", "set -e\n"+test.mount+`
			for i in 1 2; do `+linkAll+` 2>linked$i; cmp prog inproc; done
			for i in 1 2; do $THINREX cc -- clang-22 -O2 -flto=thin -c f1.c -o f1.o 2>compiled$i; done`)
		s.run("unshare -rm sh script.sh")
		for file, want := range map[string]string{
			"linked1": test.linked, "linked2": test.linked, "compiled1": "", "compiled2": "",
		} {
			data, err := os.ReadFile(s.path(file))
			lines := strings.Count(string(data), "\n")
			if err != nil || !strings.HasPrefix(string(data), want) || (want == "") != (lines == 0) || lines > 1 {
				t.Errorf("%s, %s: %q, %v", test.name, file, data, err)
			}
		}
		links, unread, _ := s.past().Links(time.Time{})
		if len(links) != test.links || (test.links > 0) != (unread != history.Unread{}) {
			t.Errorf("%s: %d links are remembered, unread %+v", test.name, len(links), unread)
		}
	}
}
