package main

import (
	"cmp"
	"context"
	"os"

	"github.com/google/uuid"

	"thinrex/go/link"
	"thinrex/go/reapi"
	"thinrex/go/reapi/credential"
	"thinrex/go/report"
)

// The kinds of actions, as a service's pages list them.
const (
	backendMnemonic = "ThinLTOBackend"
	compileMnemonic = "CppCompile" // Bazel's own
)

// dial returns a client of the remote services for a number of jobs, whose actions
// services list by the mnemonic. It returns nil if the user names no service, or
// there are no jobs.
func dial(
	ctx context.Context, o *options, mnemonic string, jobs int, terminal *report.Terminal,
) (*reapi.Client, error) {
	if o.Remote.Cache == "" && o.Remote.Executor == "" || jobs == 0 {
		return nil, nil
	}
	remote := o.Remote
	remote.Workers = o.Remote.Executor != ""
	if o.strategy() == link.Local {
		remote.Cache = cmp.Or(o.Remote.Cache, o.Remote.Executor) // which may still be the cache
		remote.Executor = ""
	}
	remote.Function = o.Shared.DigestFunction
	remote.Credentials = credentials(o, terminal)
	remote.Hurried = mnemonic == compileMnemonic
	remote.Indispensable = mnemonic == backendMnemonic && o.strategy() == link.Remote
	remote.ExecutionTimeout = o.Link.Timeout
	remote.InFlight = min(jobs, o.Remote.Executions) + min(jobs, link.RemoteLookups)
	remote.Version, remote.Invocation, remote.Mnemonic = version(), uuid.NewString(), mnemonic
	remote.Warn = terminal.WarnOnce
	client, err := reapi.Dial(ctx, remote)
	if err != nil {
		return nil, &usageError{err}
	}
	return client, nil
}

// credentials returns the function that finds the credentials for a host.
func credentials(o *options, terminal *report.Terminal) func(host string) (reapi.Credentials, error) {
	workspace, _ := os.Getwd()
	netrc := ""
	if o.Remote.GoogleDefaultCredentials {
		netrc = os.DevNull // As in Bazel, Google's credentials come before a .netrc.
	}
	return func(host string) (reapi.Credentials, error) {
		options := o.Credentials
		options.Netrc, options.Workspace = netrc, workspace
		s, err := credential.New(host, options)
		if err != nil {
			return nil, err
		}
		found, err := s.Available()
		if err != nil {
			terminal.WarnOnce("netrc", "going on without .netrc: %v", err)
		}
		if !found {
			return nil, nil
		}
		return s, nil
	}
}
