package explain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thinrex/go/history"
	"thinrex/go/history/explain"
)

// What differs from the last record of the same module is what is told.
func TestCauses(t *testing.T) {
	a := module{name: "a.o", content: "1", imports: "b.o c.o", shard: "s", outcome: history.Local}
	b := module{name: "b.o", content: "1", outcome: history.Local}
	c := module{name: "c.o", content: "1", outcome: history.Local}
	with := func(m module, edit func(*module)) module { edit(&m); return m }
	for name, test := range map[string]struct {
		now  []module
		edit func(*history.Jobs)
		want string
	}{
		"the module": {now: []module{with(a, func(m *module) { m.content = "2" }), b, c}, want: "module changed a.o"},
		"an import":  {now: []module{a, with(b, func(m *module) { m.content = "2" }), c}, want: "import changed b.o"},
		"two imports": {
			now:  []module{a, with(b, func(m *module) { m.content = "2" }), with(c, func(m *module) { m.content = "2" })},
			want: "import changed b.o, import changed c.o",
		},
		"a new import": {now: []module{with(a, func(m *module) { m.imports = "b.o c.o d.o" }), b, c, {name: "d.o"}},
			want: "import added d.o"},
		"no import any more": {now: []module{with(a, func(m *module) { m.imports = "b.o" }), b, c},
			want: "import removed c.o"},
		"the index": {now: []module{with(a, func(m *module) { m.shard = "t" }), b, c}, want: "index changed"},
		"nothing":   {now: []module{a, b, c}, want: "gone"},
		"a hit":     {now: []module{with(a, func(m *module) { m.outcome = history.Hit }), b, c}},
		"a failure": {now: []module{with(a, func(m *module) { m.outcome = history.Failed }), b, c},
			want: "compiler failed"},
		"a link that ended": {now: []module{with(a, func(m *module) { m.outcome = history.Skipped }), b, c},
			want: "link failed"},
		"not cached": {now: []module{with(a, func(m *module) { m.why = "uncacheable" }), b, c}, want: "not cached"},
		"arguments": {now: []module{a, b, c}, want: "arguments changed",
			edit: func(j *history.Jobs) { j.Args = []string{"-O3"} }},
		"the order of arguments": {now: []module{a, b, c}, want: "arguments changed",
			edit: func(j *history.Jobs) { j.Args = []string{"-O2", "-fpic"} }},
		"the compiler": {now: []module{a, b, c}, want: "compiler changed /usr/bin/clang",
			edit: func(j *history.Jobs) { j.Compiler.Identity = 2 }},
		"a variable": {now: []module{a, b, c}, want: "environment changed",
			edit: func(j *history.Jobs) { j.Env[0].Digest = 2 }},
		"a profile": {now: []module{a, b, c}, want: "input added p.profdata", edit: func(j *history.Jobs) {
			j.Files = append(j.Files, history.File{Name: "p.profdata"})
			j.Jobs[0].Inputs = []int32{int32(len(j.Files) - 1)}
		}},
		"something that isn't recorded": {now: []module{a, b, c}, want: "other key",
			edit: func(j *history.Jobs) { j.Jobs[0].Key = "other" }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.link("app", []module{a, b, c})
			var edits []func(*history.Jobs)
			if test.edit != nil {
				edits = append(edits, test.edit)
			}
			w.link("app", test.now, edits...)
			if got := w.causes("a.o"); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// A job is compared with the last link that has a result for its module: of the same
// program, else of another one in the same folder.
func TestEarlierLink(t *testing.T) {
	first := module{name: "a.o", content: "1", outcome: history.Local}
	second := module{name: "a.o", content: "2", outcome: history.Local}
	for name, test := range map[string]struct {
		before func(*world)
		want   string
	}{
		"none":           {func(*world) {}, "first time"},
		"another module": {func(w *world) { w.link("app", []module{{name: "b.o"}}) }, "first time"},
		"another program": {func(w *world) { w.link("tool", []module{first}) },
			"module changed a.o"},
		"the same program before another one": {func(w *world) {
			w.link("app", []module{first})
			w.link("tool", []module{second})
		}, "module changed a.o"},
		"one that failed": {func(w *world) {
			w.link("app", []module{first})
			w.link("app", []module{{name: "a.o", content: "2", outcome: history.Failed}})
		}, "module changed a.o"},
		"details that are gone": {func(w *world) {
			w.link("app", []module{first})
			delete(w.details, w.link("app", []module{second}).ID)
		}, "module changed a.o"},
		"one whose result wasn't stored": {func(w *world) {
			w.link("app", []module{{name: "a.o", content: "2", outcome: history.Local, why: "it changed meanwhile"}})
		}, "not stored"},
		"another folder": {func(w *world) {
			w.link("app", []module{first})
			w.records.Links[0].Dir = "/elsewhere"
		}, "first time"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			test.before(w)
			w.link("app", []module{second})
			if got := w.causes("a.o"); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// A link with the same arguments is preferred to a later one with others.
func TestSwitchedToAndFro(t *testing.T) {
	w := newWorld(t)
	optimised := func(j *history.Jobs) { j.Args = []string{"-O3"} }
	w.link("app", []module{{name: "a.o", content: "1", outcome: history.Local}})
	w.link("app", []module{{name: "a.o", content: "1", outcome: history.Local}}, optimised)
	if got := w.causes("a.o"); got != "arguments changed" {
		t.Error(got)
	}
	w.link("app", []module{{name: "a.o", content: "2", outcome: history.Local}})
	if got := w.causes("a.o"); got != "module changed a.o" {
		t.Error(got)
	}
	w.link("app", []module{{name: "a.o", content: "2", outcome: history.Local}}, func(j *history.Jobs) { j.Args = nil })
	if got := w.job("a.o"); got.Before != "link2" || got.Causes[0].Kind != explain.ArgumentsChanged {
		t.Errorf("%+v", got)
	}
}

// With slices, an import counts only if what the job reads of it has changed. The earlier
// slices are those of an earlier link if the last one was a hit.
func TestSlices(t *testing.T) {
	jobs := func(content, b, c string, outcome history.Outcome, shard string) []module {
		a := module{name: "a.o", content: "1", imports: "b.o c.o", shard: shard, outcome: outcome}
		if outcome == history.Local {
			a.slices = map[string]string{"b.o": b, "c.o": c}
		}
		return []module{a, {name: "b.o", content: content + b}, {name: "c.o", content: content + c}}
	}
	w := newWorld(t)
	w.link("app", jobs("1", "f", "g", history.Local, "s"))
	w.link("app", jobs("1", "f", "g", history.Hit, "s"))
	w.link("app", jobs("2", "f2", "g", history.Local, "s"))
	if got := w.causes("a.o"); got != "import changed b.o" {
		t.Error(got)
	}
	w.link("app", jobs("3", "f2", "g", history.Local, "s"))
	if got := w.causes("a.o"); got != "gone" {
		t.Error(got)
	}
	w.link("app", jobs("4", "f2", "g", history.Local, "t"))
	if got := w.causes("a.o"); got != "index changed" {
		t.Error(got)
	}

	var compared []string
	w.link("app", jobs("5", "f3", "g2", history.Local, "t"))
	w.records.Values = func(before, now history.Short) (explain.Difference, error) {
		if before == history.ShortOf("g") {
			return explain.Difference{}, errors.New("the slice is gone")
		}
		compared = append(compared, fmt.Sprint(before == history.ShortOf("f2"), now == history.ShortOf("f3")))
		return explain.Difference{Changed: []string{"luaS_hash"}}, nil
	}
	job := w.job("a.o")
	w.records.Complete(explain.Link{}, &job)
	var texts []string
	for _, c := range job.Causes {
		texts = append(texts, c.Text())
	}
	if got := strings.Join(texts, "; "); got != "import b.o changed: luaS_hash; import c.o changed" {
		t.Error(got)
	}
	if !slices.Equal(compared, []string{"true true"}) {
		t.Error(compared)
	}
}

// Without slices in the cache, it is told how many values more or fewer are imported.
func TestKept(t *testing.T) {
	w := newWorld(t)
	with := func(slice string, guids ...history.GUID) {
		w.link("app", []module{
			{name: "a.o", imports: "b.o", slices: map[string]string{"b.o": slice}, outcome: history.Local},
			{name: "b.o", content: slice},
		}, func(j *history.Jobs) { j.Jobs[0].Sliced.Slices[0].GUIDs = guids })
	}
	with("1", 1, 2, 3)
	for i, step := range []struct {
		guids []history.GUID
		want  string
	}{
		{[]history.GUID{1, 2, 3}, "import b.o changed"},
		{[]history.GUID{2, 3, 4, 5}, "import b.o changed: imported now: 2 values; no longer imported: 1 value"},
		{nil, "import b.o changed"},
		{[]history.GUID{9}, "import b.o changed"},
		{[]history.GUID{9, 8}, "import b.o changed: imported now: 1 value"},
	} {
		with(fmt.Sprint("slice", i), step.guids...)
		if got := w.job("a.o").Causes[0].Text(); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

// Jobs that missed for the same cause are told together, with each slice compared once.
func TestGroups(t *testing.T) {
	modules := func(content string) (list []module) {
		for i := range 20 {
			slice := fmt.Sprint(content, i%3)
			list = append(list, module{name: fmt.Sprintf("m%02d.o", i), imports: "b.o", outcome: history.Local,
				slices: map[string]string{"b.o": slice}})
		}
		return append(list, module{name: "b.o", content: content, outcome: history.Local},
			module{name: "h.o", content: "1", outcome: history.Hit})
	}
	w := newWorld(t)
	w.link("app", modules("1"))
	l := w.link("app", modules("2"))
	compared := 0
	w.records.Values = func(before, now history.Short) (explain.Difference, error) {
		compared++
		return explain.Difference{Changed: []string{"f", fmt.Sprint("g", compared)}}, nil
	}
	explained, err := w.records.Link(l, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	printer := explain.Printer{Out: &out, Now: l.Started.Add(90 * time.Second)}
	printer.Link(explained, w.records.Groups(explained.Explained))
	want := `app: 22 jobs, 1 hit (4.5%), 1 minute ago in /p
     1 hit     disk cache
    20 misses  import b.o changed: f, g1, g2, g3
               m00.o, m01.o, m02.o, m03.o, m04.o and 15 more
     1 miss    the module itself changed
               b.o
`
	if out.String() != want {
		t.Errorf("got:\n%s", out.String())
	}
}

// A compiler, an argument or a variable is the cause of all misses, whatever else changed.
func TestGroupsOfAll(t *testing.T) {
	w := newWorld(t)
	modules := func(content string) []module {
		return []module{{name: "a.o", content: content, outcome: history.Local}, {name: "b.o", outcome: history.Local}}
	}
	w.link("app", modules("1"))
	l := w.link("app", modules("2"), func(j *history.Jobs) { j.Args = []string{"-O3", "-g"} })
	explained, err := w.records.Link(l, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	groups := w.records.Groups(explained.Explained)
	if len(groups) != 1 || len(groups[0].Modules) != 2 ||
		groups[0].Causes[0].Text() != "arguments changed: now -O3, -g; no longer -O2" {
		t.Errorf("%+v", groups)
	}
}

// A long history costs the reading of some links only.
func TestBounded(t *testing.T) {
	w := newWorld(t)
	for range 300 {
		w.link("app", []module{{name: "b.o", outcome: history.Local}})
	}
	w.link("app", []module{{name: "a.o", outcome: history.Local}})
	if got := w.causes("a.o"); got != "first time" || w.read > 100 {
		t.Errorf("%s after %d details were read", got, w.read)
	}
}

// A link that still ran when another one began is no earlier one: what both needed, each may
// have compiled before the other had stored it.
func TestLinksAtOnce(t *testing.T) {
	w := newWorld(t)
	a := module{name: "a.o", content: "1", outcome: history.Local}
	w.link("app", []module{a})
	w.link("app", []module{a})
	if got := w.causes("a.o"); got != "gone" {
		t.Error(got)
	}
	w.records.Links[0].Summary.WallSeconds = 5
	if got := w.causes("a.o"); got != "first time" {
		t.Error(got)
	}
}

// No rate is given for a link in which nothing hit and nothing was compiled.
func TestNoHitRate(t *testing.T) {
	w := newWorld(t)
	l := w.link("app", []module{{name: "a.o", content: "1", outcome: history.Skipped}})
	l.Summary.Local, l.Summary.Skipped = 0, 1
	explained, err := w.records.Link(l, func(string) bool { return true })
	if err != nil || explained.HitRate != nil {
		t.Errorf("%+v, %v", explained, err)
	}
	var out strings.Builder
	explain.Printer{Out: &out, Now: l.Started}.Link(explained, nil)
	if want := "app: 1 job, 0 hits, a moment ago in /p\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("printed %q", out.String())
	}
}
