// Package compile is the cache behind `thinrex cc`: it keeps what a compiler makes of
// a C or C++ source with -flto=thin, which is the object, the files beside it (such as
// a depfile) and the messages.
//
// A result is found by what the compiler would read. Which files these are is known
// from an earlier compilation of the same source with the same arguments, and is kept
// in a manifest. The content of these files, the arguments and the compiler make the
// key. A result is an ordinary action result, though no worker could execute its
// action.
//
// The steps of one compilation are those of Run, in run.go:
//
//	request       the arguments, and which compiler this is
//	lookup        a result that a cache has
//	execution     the compiler's run, in a private folder
//	dependencies  what its result depends on
//	caches        where that is stored
//
// Whatever thinrex doesn't understand in full is not cached: Run then returns a
// *NotCached error and has neither printed nor written anything, and its caller runs
// the command as it is.
package compile

import (
	"fmt"
	"time"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/history"
)

// Options are the settings of `thinrex cc` and what the compiler gets from its caller.
type Options struct {
	Cache    action.Cache        // on this machine; nil for none
	Remote   func() action.Cache // called if Cache has no result; nil for none, and it may return nil
	Function digest.Function
	StateDir string   // of this machine; "" for none
	Dir      string   // the working directory, by the name that the compiler knows it
	Env      []string // of the compiler
	Named    []string // variables of Env that are part of the key, whatever they are
	Read     []string // files that the compiler reads, though neither an option nor the depfile names them
	Keys     Keys
	MinInsts int    // modules with fewer LLVM instructions have no IR key
	BaseDir  string // absolute paths below it are made relative; "" for none
	Colour   bool   // messages go to a terminal
	Sandbox  string // where private folders are made; "" for the default
	Verbose  func(format string, args ...any)

	VerifyHits int                              // how many percent of the hits are compiled again, and compared
	Warn       func(format string, args ...any) // of what that finds

	// Record is filled in with what becomes of the compilation; nil if nobody wants to know.
	Record        *history.Compilation
	RemoteAddress string // of Remote, for Record
	HistoryDir    string // of this machine, where it is remembered which files were read; "" for nowhere

	// CPUTime is how much time of the processor this process has used; nil for the
	// system's answer. Tests give one of their own.
	CPUTime func() time.Duration
}

// Keys say by what a result is looked up.
type Keys string

// The keys.
const (
	Direct Keys = "direct" // what the compiler reads
	IR     Keys = "ir"     // what its front end makes of that
	Both   Keys = "both"   // the former, then the latter
)

// An Outcome is what the compiler left, now or in an earlier compilation. The outputs
// are already in their places.
type Outcome struct {
	ExitCode       int
	Stdout, Stderr []byte
	Stored         bool // something new is in Options.Cache
}

// NotCached is the error that says why a compilation can't be cached. The caller then
// runs the compiler itself.
type NotCached struct{ Reason string }

func (e *NotCached) Error() string { return e.Reason }

func notCached(format string, args ...any) error { return &NotCached{fmt.Sprintf(format, args...)} }
