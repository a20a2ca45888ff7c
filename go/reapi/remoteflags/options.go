// Package remoteflags is what a user says about services: the options, and how they are written.
// It is apart from package reapi, because each start of the program reads options, and few
// talk to a service.
package remoteflags

import "time"

// Options say which services there are and how to use them. Their names and
// meanings are those of Bazel's flags.
type Options struct {
	Connection
	Services
}

// Connection is how to talk to a service.
type Connection struct {
	Headers []string // NAME=VALUE, sent with each call

	TLSCertificate, TLSClientCertificate, TLSClientKey string // PEM files
	GoogleDefaultCredentials                           bool

	Timeout time.Duration // of one call, or between two messages of a stream
	Retries int           // of one call

	MaxConnections                  int           // 0 for as many as are needed
	Proxy                           string        // unix:PATH, or ""
	KeepaliveTime, KeepaliveTimeout time.Duration // 0 for none
}

// Services are which services there are, and what they are used for.
type Services struct {
	Cache    string // address of the Action Cache and the CAS; "" for the executor's
	Executor string // address; "" for none
	Instance string

	CacheHeaders, ExecHeaders []string // NAME=VALUE, for one of the services alone

	AcceptCached bool
	Upload       Upload
	Compress     bool
	Executions   int // how many actions are executed at once; 0 for any number
}

// Upload says whether results of local runs are stored in the remote cache.
type Upload int

// The values of --remote_upload_local_results.
const (
	UploadAuto Upload = iota // if the service allows it, and no workers store results
	UploadAlways
	UploadNever
)

// Credentials say where credentials come from.
type Credentials struct {
	// Helpers are values of --credential_helper: PROGRAM for every host, or
	// SCOPE=PROGRAM. SCOPE is a domain, or *.DOMAIN for it and all domains below. The
	// closest scope counts, and of equal ones the last. PROGRAM is an absolute path,
	// %workspace%/PATH, or a name to look up in $PATH.
	Helpers       []string
	HelperTimeout time.Duration // 0 for HelperTimeout
	Netrc         string        // file; "" for $NETRC or ~/.netrc, which may be missing
	Workspace     string        // what %workspace% stands for, or ""
}

// HelperTimeout is how long a credential helper may take by default, as in Bazel.
const HelperTimeout = 10 * time.Second
