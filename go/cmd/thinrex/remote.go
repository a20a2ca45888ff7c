//go:build !front

package main

import (
	"cmp"
	"context"
	"io"
	"os"

	"github.com/google/uuid"
	"google.golang.org/grpc/grpclog"

	"thinrex/go/link"
	"thinrex/go/reapi"
	"thinrex/go/reapi/credential"
	"thinrex/go/report"
)

// prepareServices is called at the start of the program. gRPC's errors reach us as errors,
// and its log would end up in the linker's output.
func prepareServices() { grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) }

// dialForLink returns a link's client, nil for none: see dial.
func dialForLink(ctx context.Context, o *options, jobs int, terminal *report.Terminal) (linkClient, error) {
	client, err := dial(ctx, o, backendMnemonic, jobs, terminal)
	if client == nil {
		return nil, err // a nil client would be no nil interface
	}
	return client, err
}

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
	if !o.hasService() || jobs == 0 {
		return nil, nil
	}
	client, err := reapi.Dial(ctx, remoteOptions(o, mnemonic, jobs, terminal.WarnOnce))
	if err != nil {
		return nil, &usageError{err}
	}
	return client, nil
}

// remoteOptions are those of a client for a number of jobs.
func remoteOptions(o *options, mnemonic string, jobs int, warn func(key, format string, args ...any)) reapi.Options {
	var remote reapi.Options
	remote.Connection, remote.Services = o.Remote.Connection, o.Remote.Services
	remote.Workers = o.Remote.Executor != ""
	if o.strategy() == link.Local {
		remote.Cache = cmp.Or(o.Remote.Cache, o.Remote.Executor) // which may still be the cache
		remote.Executor = ""
	}
	remote.Function = o.Shared.DigestFunction
	remote.Credentials = credentials(o, warn)
	remote.Hurried = mnemonic == compileMnemonic
	remote.Indispensable = mnemonic == backendMnemonic && o.strategy() == link.Remote
	remote.ExecutionTimeout = o.Link.Timeout
	remote.InFlight = min(jobs, o.Remote.Executions) + min(jobs, link.RemoteLookups)
	remote.Version, remote.Invocation, remote.Mnemonic = version(), uuid.NewString(), mnemonic
	remote.Warn = warn
	return remote
}

// credentials returns the function that finds the credentials for a host.
func credentials(
	o *options, warn func(key, format string, args ...any),
) func(host string) (reapi.Credentials, error) {
	options := credentialOptions(o)
	return func(host string) (reapi.Credentials, error) {
		s, err := credential.New(host, options)
		if err != nil {
			return nil, err
		}
		found, err := s.Available()
		if err != nil {
			warn("netrc", "going on without .netrc: %v", err)
		}
		if !found {
			return nil, nil
		}
		return s, nil
	}
}

func credentialOptions(o *options) credential.Options {
	options := o.Credentials
	options.Workspace, _ = os.Getwd()
	if o.Remote.GoogleDefaultCredentials {
		options.Netrc = os.DevNull // As in Bazel, Google's credentials come before a .netrc.
	}
	return options
}
