package explain

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"thinrex/go/history"
)

// A Compilation explains one command of thinrex cc.
type Compilation struct {
	Started time.Time       `json:"started"`
	Dir     string          `json:"dir"`
	Source  string          `json:"source"`
	Output  string          `json:"output"`
	Phase   history.Phase   `json:"phase"`
	Outcome history.Outcome `json:"outcome"`
	From    string          `json:"from,omitempty"`   // where the result came from
	Ran     float64         `json:"ran_seconds"`      // how long the compiler ran, now or when the result was made
	Before  *time.Time      `json:"before,omitempty"` // when the compilation began that it was compared with
	Causes  []Cause         `json:"causes,omitempty"` // of a miss
}

// Compilation explains a record.
func (r Records) Compilation(c history.Compilation) Compilation {
	e := Compilation{
		Started: c.Started,
		Dir:     c.Dir,
		Source:  c.Source,
		Output:  c.Output,
		Phase:   c.Phase,
		Outcome: c.Outcome,
		From:    c.From,
		Ran:     c.Ran,
	}
	switch c.Outcome {
	case history.Hit:
		return e
	case history.NotCached:
		e.Causes = []Cause{{Kind: NotCached, Why: c.Why, Advice: Advice(c.Why)}}
		return e
	case history.Failed:
		e.Causes = []Cause{{Kind: CompilerFailed, Why: c.Why}}
		return e
	}
	before, ok := r.lastOf(c)
	if ok {
		e.Before = &before.Started
		e.Causes = compare(c, before)
	} else {
		e.Causes = []Cause{{Kind: FirstTime}}
	}
	if c.Outcome == history.NotStored {
		e.Causes = append(e.Causes, Cause{Kind: NotStorable, Why: c.Why, Advice: Advice(c.Why)})
	}
	return e
}

// makerOf explains the last compilation that wrote a module before a link; nil if there is
// none.
func (r Records) makerOf(l Link, module string) *Compilation {
	object := absolute(l.Dir, module)
	for _, c := range slices.Backward(r.Compilations(lastElement(object))) {
		if c.Started.Before(l.Started) && c.Output != "" && c.Host == l.host && absolute(c.Dir, c.Output) == object {
			made := r.Compilation(c)
			return &made
		}
	}
	return nil
}

func absolute(dir, file string) string {
	if filepath.IsAbs(file) {
		return filepath.Clean(file)
	}
	return filepath.Join(dir, file)
}

// lastOf returns the earlier compilation of the same source to the same object that had the
// same key, or else the one with which Compilation.Changed was compared. If that isn't known,
// it returns the last one that had a key: one with the same compiler, arguments and variables,
// or else with as many of these as there is.
func (r Records) lastOf(c history.Compilation) (before history.Compilation, ok bool) {
	least := 4
	for _, e := range slices.Backward(r.Compilations(lastElement(c.Source))) {
		if !sameCompilation(e, c) || !e.Started.Before(c.Started) || !endedBefore(e.Started, e.Seconds, c.Started) ||
			e.Outcome == history.NotCached || e.Outcome == history.Failed {
			continue
		}
		n := unlike(e, c)
		switch {
		case e.Key != "" && e.Key == c.Key:
			return e, true
		case e.Key != "" && history.ShortOf(e.Key) == c.Since:
			n = -1
		}
		if n < least {
			before, least, ok = e, n, true
		}
	}
	return before, ok
}

// unlike counts the parts of the keys that differ, but for the files.
func unlike(a, b history.Compilation) (parts int) {
	for _, differs := range []bool{a.Compiler != b.Compiler, a.Args != b.Args, a.Env != b.Env} {
		if differs {
			parts++
		}
	}
	return parts
}

func sameCompilation(a, b history.Compilation) bool {
	return a.Source == b.Source && a.Output == b.Output && a.Dir == b.Dir && a.Host == b.Host && a.Phase == b.Phase
}

// compare returns why no cache had a result, by what has changed since an earlier
// compilation. With the same key nothing has, whatever came between.
func compare(c, before history.Compilation) []Cause {
	sameKey := c.Key != "" && c.Key == before.Key
	if !sameKey {
		if causes := changes(c, before); len(causes) > 0 {
			return causes
		}
	}
	switch {
	case before.Outcome == history.NotStored:
		return []Cause{{Kind: NotStored, Why: before.Why, Advice: Advice(before.Why)}}
	case c.Key != before.Key:
		return []Cause{{Kind: UnknownChange}}
	}
	return []Cause{{Kind: Gone}}
}

// changes returns what makes another key than an earlier compilation's.
func changes(c, before history.Compilation) (causes []Cause) {
	if c.Compiler != before.Compiler {
		causes = append(causes, Cause{Kind: CompilerChanged})
	}
	if c.Args != before.Args {
		d := Difference{Added: c.ChangedArgs.Added, Removed: c.ChangedArgs.Removed}
		causes = append(causes, Cause{Kind: ArgumentsChanged, Difference: d})
	}
	if c.Env != before.Env {
		changed := environment(c.ChangedEnv, c.Args != before.Args)
		if len(changed) > 0 || c.Args == before.Args {
			causes = append(causes, Cause{Kind: EnvironmentChanged, Difference: Difference{Changed: changed}})
		}
	}
	if c.Content != before.Content {
		causes = append(causes, Cause{Kind: SourceChanged, File: c.Source})
	}
	for _, file := range c.Changed {
		if added, ok := strings.CutPrefix(file, history.NowRead); ok {
			causes = append(causes, Cause{Kind: InputAdded, File: added})
		} else if file != c.Source {
			causes = append(causes, Cause{Kind: InputChanged, File: file})
		}
	}
	return causes
}

// notVariables are parts of a compilation's key that count as variables, as package compile
// calls them.
var notVariables = map[string]string{
	"PWD":             "the working directory",
	"thinrex driver":  "what clang's driver makes of this machine",
	"thinrex quote":   "where headers are looked for",
	"thinrex angle":   "where headers are looked for",
	"thinrex missing": "where headers are looked for",
	"thinrex lists":   "which lists for sanitizers are read",
	"thinrex read":    "which files --extra_input or an option names",
	"thinrex steps":   "--compile_keys",
}

// environment says for people what has changed. What clang's driver makes of the machine
// follows from arguments and variables: if one of these has changed, it is no change of its
// own.
func environment(names []string, otherArgs bool) (list []string) {
	isVariable := func(name string) bool { return notVariables[name] == "" }
	follows := otherArgs || slices.ContainsFunc(names, isVariable)
	for _, name := range names {
		if name == "thinrex driver" && follows {
			continue
		}
		if what, ok := notVariables[name]; ok {
			name = what
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
