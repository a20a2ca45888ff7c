package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"thinrex/go/history"
	"thinrex/go/host/memo"
	"thinrex/go/link"
	"thinrex/go/report"
)

// A keptHistory is the history to which this process adds what it does.
type keptHistory struct {
	history.Folder
	terminal *report.Terminal
}

// openHistory returns the history in a state folder; one that keeps nothing with
// --nohistory, and without a folder.
func openHistory(o *options, stateDir string, terminal *report.Terminal) keptHistory {
	if !o.History.Keep {
		stateDir = ""
	}
	return keptHistory{history.In(stateDir), terminal}
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

// warn tells the user that nothing was added, unless the cache's folder has had a warning. A
// cache may well be read-only, so that isn't worth one.
func (h keptHistory) warn(err error) {
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
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
