package compile

import (
	"context"
	"slices"
	"strings"
	"time"

	"thinrex/go/action"
	"thinrex/go/history"
)

// noteRequest notes what was asked for, and digests of the parts of its keys.
func (r *request) noteRequest() {
	n := r.options.Record
	n.Compiler, n.Args = history.ShortOf(r.keys.salt), history.ShortOf(r.keys.args...)
	n.Env = history.ShortOf(slices.Sorted(slices.Values(r.keys.env))...)
}

// noteResult notes where a result came from.
func (r *request) noteResult(outcome history.Outcome, from string, result *action.Result) {
	n := r.options.Record
	n.Outcome, n.From = outcome, from
	n.Ran = result.Ran.Round(time.Millisecond / 10).Seconds()
	for _, out := range result.Outputs {
		n.Bytes += int64(len(out.Data))
	}
}

// noteHit notes the action that a cache has a result of, and, for the next compilation of
// this source that misses, what it reads.
func (l *lookup) noteHit(ctx context.Context, it candidate, from string, result *action.Result) {
	l.options.Record.Key = it.action.Digest.String()
	l.noteResult(history.Hit, from, result)
	history.In(l.options.HistoryDir).Hit(l.name(), l.options.Record.Key, func() (history.Basis, bool) {
		return l.basis(ctx, it)
	})
}

// noteCompiled notes that the compiler has run. how is said in execution.compile.
func (r *request) noteCompiled(how string, result *action.Result) {
	outcome := history.Compiled
	switch {
	case result.ExitCode != 0:
		outcome = history.Failed
	case strings.HasSuffix(how, "IR hit"):
		outcome = history.IRHit
	}
	r.noteResult(outcome, history.FromHere, result)
}

// noteUnstored notes why what was compiled isn't stored.
func (r *request) noteUnstored(why string) {
	n := r.options.Record
	n.Why = why
	if n.Outcome == history.Compiled {
		n.Outcome = history.NotStored
	}
}

// noteKept notes by which key a result is stored, and which files have changed since the
// same source was compiled the last time, or hit.
func (l *lookup) noteKept(ctx context.Context, it candidate) {
	n := l.options.Record
	if !l.caches.kept {
		l.noteUnstored("there is no cache that can be written")
		return
	}
	n.Key = it.action.Digest.String()
	if basis, ok := l.basis(ctx, it); ok {
		changes := history.In(l.options.HistoryDir).Changes(l.name(), basis)
		n.Changed, n.ChangedArgs, n.ChangedEnv = changes.Files, changes.Args, changes.Env
		n.Since = changes.Since
	}
}

// name tells this compilation from others.
func (l *lookup) name() []string {
	return []string{l.options.Dir, l.options.Record.Source, l.options.Record.Output}
}

// basis is what the compilation depends on; ok is false if a file is no longer there.
func (l *lookup) basis(ctx context.Context, it candidate) (basis history.Basis, ok bool) {
	files := make([]history.File, 0, len(it.names))
	for _, name := range it.names {
		f, err := l.files.FileUntil(ctx, name) // has been asked before
		if err != nil {
			return basis, false
		}
		files = append(files, history.File{Name: name, Digest: f.Digest.Hash})
	}
	return history.Basis{Key: it.action.Digest.String(), Files: files, Args: l.keys.args, Env: l.values()}, true
}

// values are the variables in the key, and what counts as such, with digests for their
// values, which may be secret.
func (r *request) values() (list []history.Value) {
	for _, entry := range r.keys.env {
		name, value, _ := strings.Cut(entry, "=")
		list = append(list, history.Value{Name: name, Digest: history.ShortOf(value)})
	}
	return list
}
