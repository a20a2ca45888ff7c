// Package reapi uses a Remote Execution API service as an action.Cache and an
// action.Executor: its Action Cache, its CAS and its Execution.
//
// It knows what a service's answers mean for an action: which results are sound,
// which failures another attempt may mend, and what a service lets this user do.
// Package reapi/rpc makes the calls, package reapi/cas moves the blobs. What a
// failure means for a link is the business of package link.
package reapi

import (
	"time"

	"thinrex/go/digest"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/reapi/rpc"
)

// Options say which services there are and how to use them. What isn't in package remoteflags,
// the caller decides, not the user.
type Options struct {
	rpc.Options
	remoteflags.Services

	Workers          bool // Cache is an executor that is only used as cache here: its workers store results
	Function         digest.Function
	ExecutionTimeout time.Duration // the timeout in the actions
}

// Credentials are rpc.Credentials.
type Credentials = rpc.Credentials
