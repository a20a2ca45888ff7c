package link

import (
	"time"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/link/executor"
	"thinrex/go/report"
)

// Options say how a link is run. Rows lists those that a user gives.
type Options struct {
	// Where results are kept and actions run.
	Cache       action.Cache // on this machine; nil for none
	Remote      Service      // nil for none
	Strategy    Strategy
	Slots       *host.Slots // of this machine
	RemoteTasks int         // how many tasks Remote is given at once

	// What an action consists of.
	Files       *filedigest.Cache
	Env         map[string]string // the compiler's whole environment
	ExtraInputs []string          // files that the compiler reads, and no option that thinrex knows names
	Compiler    string            // its path on workers; "" for /usr/bin and its name with its version
	Portable    bool              // workers get the compiler with each action
	Properties  map[string]string // of the workers
	Timeout     time.Duration     // of one execution on a worker

	// AsWritten jobs run as the linker wrote them, and none is looked up or stored.
	AsWritten bool

	// How imported modules are cut to what a job imports.
	Slicing        Slicing
	SlicingLibrary string // a libLLVM; "" for the one that the compiler loads

	// This machine.
	StateDir    string // "" for none
	SandboxBase string // where private folders are made; "" for the default

	// What the user sees.
	KeepGoing  bool // after a failed compilation, run the others all the same
	KeepInputs bool // keep what jobs read in Cache, so that they can be run again
	VerifyHits int  // how many percent of the hits are compiled again, and compared
	Terminal   *report.Terminal
	Started    time.Time // when the program started

	// Journal notes what becomes of each job; nil for none.
	Journal *Journal

	command bool // RunCommand sets it

	// Patience is how long a job may be without news from a service before this
	// machine, if it is idle, compiles it as well; 0 for any time.
	Patience time.Duration
}

// Slicing says whether jobs read slices of the modules that they import.
type Slicing int

// The values of --slicing.
const (
	SlicingAuto   Slicing = iota // wherever that is possible
	SlicingOff                   // nowhere
	SlicingVerify                // as auto; each job also runs with whole modules, and must give the same
)

// A Service is a remote cache that may have workers. *reapi.Client is one.
type Service interface {
	action.Cache
	executor.Service
	// Address returns the address of the cache, for messages.
	Address() string
	// SilentCAS returns an error if the CAS hasn't answered anything so far.
	SilentCAS() error
	// Wants reports whether a result of this machine is to be stored.
	Wants(*action.Result) bool
}

// A Strategy says where actions are executed.
type Strategy int

// The strategies, as in --exec_strategy.
const (
	Local    Strategy = iota // on this machine
	Remote                   // by the service, and nowhere else
	Fallback                 // by the service; on this machine if the service can't
	Racing                   // on both; the first result counts
)
