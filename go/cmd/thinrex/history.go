package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"thinrex/go/history"
	"thinrex/go/host/memo"
	"thinrex/go/link"
	"thinrex/go/report"
)

// A keptHistory is the history to which this process adds what it does.
type keptHistory struct {
	history.Folder
	terminal *report.Terminal
	atHome   bool // there is no cache, in whose folder it would be
}

// openHistory returns the history in a state folder; one that keeps nothing with
// --nohistory, and without a folder.
func openHistory(o *options, stateDir string, terminal *report.Terminal) keptHistory {
	if !o.History.Keep {
		stateDir = ""
	}
	return keptHistory{history.In(stateDir), terminal, o.Store.Dir == ""}
}

// addLink adds a link that has ended.
func (h keptHistory) addLink(o link.Options, summary report.Summary) {
	if !h.IsKept() {
		return
	}
	dir := workingDir()
	h.warn(h.AddLink(history.Link{
		Started:  o.Started,
		Host:     memo.Host(),
		Dir:      dir,
		Project:  history.Project(dir),
		Strategy: o.Strategy.String(),
		Summary:  summary,
	}, o.Journal.Jobs()))
}

// newCompilation begins the record of a command of thinrex cc; nil if it isn't wanted.
func (h keptHistory) newCompilation(dir string, from start) *history.Compilation {
	if !h.IsKept() {
		return nil
	}
	return &history.Compilation{
		Started: from.at,
		Host:    memo.Host(),
		Dir:     dir,
		Project: history.Project(dir),
		Phase:   history.CompilePhase,
	}
}

// newBackend is newCompilation for the command of a backend.
func (h keptHistory) newBackend(from start) *history.Compilation {
	c := h.newCompilation(workingDir(), from)
	if c != nil {
		c.Phase = history.BackendPhase
	}
	return c
}

// addCompilation adds a command that has ended.
func (h keptHistory) addCompilation(c *history.Compilation) {
	if c == nil {
		return
	}
	c.Seconds = time.Since(c.Started).Round(time.Millisecond / 10).Seconds()
	h.warn(h.AddCompilation(*c))
}

// addNotCached adds a command that is about to run as it was given.
func (h keptHistory) addNotCached(c *history.Compilation, why error, args []string) {
	if c == nil {
		return
	}
	if c.Source == "" {
		if source, output := namesIn(args); source != "" {
			c.Source, c.Output = source, output
		}
	}
	c.Outcome, c.Why = history.NotCached, why.Error()
	c.From, c.Key, c.Ran, c.Bytes = "", "", 0, 0 // a result may have been found that couldn't be delivered
	h.addCompilation(c)
}

// namesIn guesses the source and the output of a command that isn't understood, so that
// thinrex explain finds its record by them.
func namesIn(args []string) (source, output string) {
	for i, arg := range args[1:] {
		switch {
		case args[i] == "-o":
			output = arg
		case strings.HasPrefix(arg, "-"):
		case slices.Contains(sourceEndings, filepath.Ext(arg)):
			source = arg
		}
	}
	return source, output
}

var sourceEndings = []string{".c", ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".m", ".mm", ".s", ".S", ".bc"}

// noteJob takes over what the journal of a backend's command has noted of its only job.
func noteJob(c *history.Compilation, jobs *history.Jobs, args []string) {
	c.Compiler, c.Args = jobs.Compiler.Identity, history.ShortOf(args...)
	var env []string
	for _, v := range jobs.Env {
		env = append(env, v.Name, v.Digest.String())
	}
	c.Env = history.ShortOf(env...)
	for _, job := range jobs.Jobs {
		c.Outcome, c.From, c.Key, c.Why = job.Outcome, job.From, job.Key, job.Why
		if c.Outcome == history.Local || c.Outcome == history.Remote {
			c.Outcome = history.Compiled
			if job.Why != "" {
				c.Outcome = history.NotStored
			}
		}
		c.Content = history.ShortOfHash(jobs.Files[job.Module].Digest)
		c.Ran, c.Bytes = job.Ran, job.Bytes
	}
}

// warn tells the user that nothing was added, unless the cache's folder has had a warning. A
// cache may well be read-only, and a home folder of no use, so that isn't worth one.
func (h keptHistory) warn(err error) {
	switch {
	case err == nil:
	case h.atHome, errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		h.terminal.Verbose("can't remember how this went: %v", err)
	default:
		h.terminal.WarnOnce("cache", "can't remember how this went (--nohistory does without): %v", err)
	}
}

// workingDir is "" if the folder has been removed.
func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}
