package explain_test

import (
	"strings"
	"testing"
	"time"

	"thinrex/go/history"
	"thinrex/go/history/explain"
)

func TestCompilation(t *testing.T) {
	base := history.Compilation{
		Dir: "/p", Source: "a.cc", Output: "a.o", Phase: history.CompilePhase, Outcome: history.Compiled,
		Args: 1, Compiler: 2, Env: 3, Content: 4,
	}
	for name, test := range map[string]struct {
		before func(*history.Compilation)
		now    func(*history.Compilation)
		want   string
	}{
		"nothing":    {want: "gone"},
		"a hit":      {now: func(c *history.Compilation) { c.Outcome = history.Hit }},
		"the source": {now: func(c *history.Compilation) { c.Content = 9 }, want: "source changed a.cc"},
		"headers": {now: func(c *history.Compilation) { c.Changed = []string{"a.cc", "a.h", history.NowRead + "b.h"} },
			want: "input changed a.h, input added b.h"},
		"an argument":        {now: func(c *history.Compilation) { c.Args = 9 }, want: "arguments changed"},
		"the compiler":       {now: func(c *history.Compilation) { c.Compiler = 9 }, want: "compiler changed"},
		"the variables":      {now: func(c *history.Compilation) { c.Env = 9 }, want: "environment changed"},
		"another object":     {before: func(c *history.Compilation) { c.Output = "b.o" }, want: "first time"},
		"another folder":     {before: func(c *history.Compilation) { c.Dir = "/q" }, want: "first time"},
		"a header, unknown":  {now: func(c *history.Compilation) { c.Key = "other/1" }, want: "unknown change"},
		"one that still ran": {before: func(c *history.Compilation) { c.Seconds = 2 }, want: "first time"},
		"an argument, and so the driver": {now: func(c *history.Compilation) {
			c.Args, c.Env, c.ChangedEnv = 9, 9, []string{"thinrex driver"}
		}, want: "arguments changed"},
		"the driver alone": {now: func(c *history.Compilation) { c.Env, c.ChangedEnv = 9, []string{"thinrex driver"} },
			want: "environment changed"},
		"a failure before": {before: func(c *history.Compilation) { c.Outcome = history.Failed },
			want: "first time"},
		"what wasn't stored before": {before: func(c *history.Compilation) {
			c.Outcome, c.Why = history.NotStored, "a.cc holds __TIME__"
		}, want: "not stored"},
		"not stored now": {now: func(c *history.Compilation) {
			c.Outcome, c.Why, c.Content = history.NotStored, "a.cc holds __TIME__", 9
		}, want: "source changed a.cc, not storable"},
		"not cached": {now: func(c *history.Compilation) {
			c.Outcome, c.Why = history.NotCached, "-march=native means the processor of this machine"
		}, want: "not cached"},
		"failed": {now: func(c *history.Compilation) { c.Outcome = history.Failed }, want: "compiler failed"},
	} {
		t.Run(name, func(t *testing.T) {
			before, now := base, base
			before.Started, now.Started = time.Unix(1, 0), time.Unix(2, 0)
			if test.before != nil {
				test.before(&before)
			}
			if test.now != nil {
				test.now(&now)
			}
			r := explain.Records{Compilations: func(string) []history.Compilation { return []history.Compilation{before, now} }}
			var list []string
			for _, c := range r.Compilation(now).Causes {
				list = append(list, strings.TrimSpace(string(c.Kind)+" "+c.File))
			}
			if got := strings.Join(list, ", "); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// A job whose module changed also says how the module was made.
// What changed is compared with the compilation that the record names, though another one has
// the same arguments.
func TestComparedWith(t *testing.T) {
	compilation := func(at int64, key string, args history.Short) history.Compilation {
		return history.Compilation{
			Started: time.Unix(at, 0),
			Dir:     "/p",
			Source:  "a.cc",
			Output:  "a.o",
			Phase:   history.CompilePhase,
			Outcome: history.Compiled,
			Key:     key,
			Args:    args,
		}
	}
	now := compilation(3, "third/1", 1)
	now.Since, now.ChangedArgs.Removed = history.ShortOf("second/1"), []string{"-g"}
	all := []history.Compilation{compilation(1, "first/1", 1), compilation(2, "second/1", 2), now}
	r := explain.Records{Compilations: func(string) []history.Compilation { return all }}
	got := r.Compilation(now)
	if got.Before == nil || got.Before.Unix() != 2 || len(got.Causes) != 1 ||
		got.Causes[0].Kind != explain.ArgumentsChanged || len(got.Causes[0].Removed) != 1 {
		t.Errorf("%+v", got)
	}
	all[0].Key = now.Key // the cache has lost that result: nothing has changed since
	if got := r.Compilation(now); got.Before.Unix() != 1 || len(got.Causes) != 1 || got.Causes[0].Kind != explain.Gone {
		t.Errorf("%+v", got)
	}
}

func TestMadeBy(t *testing.T) {
	w := newWorld(t)
	w.link("app", []module{{name: "out/a.o", content: "1", outcome: history.Local}})
	l := w.link("app", []module{{name: "out/a.o", content: "2", outcome: history.Local}})
	compilation := func(seconds int, changed, output, dir string) history.Compilation {
		return history.Compilation{
			Started: l.Started.Add(time.Duration(seconds) * time.Second),
			Dir:     dir, Source: "a.cc", Output: output, Outcome: history.Compiled, Changed: []string{changed},
		}
	}
	w.records.Compilations = func(string) []history.Compilation {
		return []history.Compilation{
			compilation(-30, "first.h", "../out/a.o", "/p/src"),
			compilation(-20, "right.h", "../out/a.o", "/p/src"),
			compilation(-10, "elsewhere.h", "../out/a.o", "/p/src/deep"),
			compilation(10, "later.h", "../out/a.o", "/p/src"),
		}
	}
	explained, err := w.records.Link(l, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	job := explained.Explained[0]
	w.records.Complete(explained, &job)
	if job.MadeBy == nil || len(job.MadeBy.Causes) != 1 || job.MadeBy.Causes[0].File != "right.h" {
		t.Errorf("%+v", job.MadeBy)
	}
}

// Arguments and variables are named; what only counts as a variable is described.
func TestCompilationTexts(t *testing.T) {
	now := history.Compilation{
		Outcome: history.Compiled, Args: 2, Env: 2, Started: time.Unix(2, 0),
		ChangedArgs: history.ListChange{Added: []string{"-DX=2"}, Removed: []string{"-DX=1"}},
		ChangedEnv:  []string{"COLOUR", "thinrex angle", "thinrex driver", "thinrex quote"},
	}
	before := history.Compilation{Outcome: history.Hit, Args: 1, Env: 1, Started: time.Unix(1, 0)}
	r := explain.Records{Compilations: func(string) []history.Compilation { return []history.Compilation{before, now} }}
	var texts []string
	for _, c := range r.Compilation(now).Causes {
		texts = append(texts, c.Text())
	}
	if got := strings.Join(texts, "\n"); got != "arguments changed: now -DX=2; no longer -DX=1\n"+
		"the environment changed: COLOUR, where headers are looked for" {
		t.Error(got)
	}
}
