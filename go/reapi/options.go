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
	"thinrex/go/reapi/rpc"
)

// Options say which services there are and how to use them. Their names and
// meanings are those of Bazel's flags.
type Options struct {
	rpc.Options

	Cache    string // address of the Action Cache and the CAS; "" for the executor's
	Executor string // address; "" for none
	Instance string

	CacheHeaders, ExecHeaders []string // NAME=VALUE, for one of the services alone

	AcceptCached bool
	Upload       Upload
	Workers      bool // Cache is an executor that is only used as cache here: its workers store results
	Compress     bool
	Function     digest.Function

	Executions       int           // how many actions are executed at once; 0 for any number
	ExecutionTimeout time.Duration // the timeout in the actions
}

// Credentials are rpc.Credentials.
type Credentials = rpc.Credentials

// Upload says whether results of local runs are stored in the remote cache.
type Upload int

// The values of --remote_upload_local_results.
const (
	UploadAuto Upload = iota // if the service allows it, and no workers store results: see Options.Workers
	UploadAlways
	UploadNever
)
