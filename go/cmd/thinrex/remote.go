package main

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/grpc/grpclog"

	"thinrex/go/config"
	"thinrex/go/link"
	"thinrex/go/reapi"
	"thinrex/go/reapi/credential"
	"thinrex/go/report"
)

// The kinds of actions, as services list them.
const (
	backendMnemonic = "ThinLTOBackend"
	compileMnemonic = "CppCompile" // Bazel's own
)

// dial returns a client of the remote services for some actions, nil when none
// is wanted.
func dial(ctx context.Context, o *config.Options, mnemonic string, jobs int, terminal *report.Terminal) (*reapi.Client, error) {
	if o.RemoteCache == "" && o.RemoteExecutor == "" || jobs == 0 {
		return nil, nil
	}
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) // errors reach us as errors
	options := reapi.Options{
		Cache: o.RemoteCache, Executor: o.RemoteExecutor, Instance: o.RemoteInstanceName,
		Headers: o.RemoteHeader, CacheHeaders: o.RemoteCacheHeader, ExecHeaders: o.RemoteExecHeader,
		TLSCertificate: o.TLSCertificate, TLSClientCertificate: o.TLSClientCertificate, TLSClientKey: o.TLSClientKey,
		GoogleDefaultCredentials: o.GoogleDefaultCredentials, Credentials: credentials(o, terminal),
		Timeout: o.RemoteTimeout, Retries: o.RemoteRetries, MaxConnections: o.RemoteMaxConnections, Proxy: o.RemoteProxy,
		Hurried: mnemonic == compileMnemonic, Indispensable: mnemonic == backendMnemonic && strategyOf(o) == link.Remote,
		KeepaliveTime: o.GRPCKeepaliveTime, KeepaliveTimeout: o.GRPCKeepaliveTimeout,
		Workers: o.RemoteExecutor != "", AcceptCached: o.RemoteAcceptCached, Compress: o.RemoteCacheCompression, Function: o.DigestFunction,
		Executions: o.RemoteJobs, ExecutionTimeout: o.RemoteExecutionTimeout, InFlight: min(jobs, o.RemoteJobs) + min(jobs, link.RemoteLookups),
		Version: version(), Invocation: uuid.NewString(), Mnemonic: mnemonic, Warn: terminal.WarnOnce,
	}
	if strategyOf(o) == link.Local {
		options.Executor = "" // and it may still be the cache
		if options.Cache == "" {
			options.Cache = o.RemoteExecutor
		}
	}
	switch o.RemoteUploadLocalResults {
	case config.UploadTrue:
		options.Upload = reapi.UploadAlways
	case config.UploadFalse:
		options.Upload = reapi.UploadNever
	}
	return reapi.Dial(ctx, options)
}

// credentials returns what finds out what to show to a host.
func credentials(o *config.Options, terminal *report.Terminal) func(host string) (reapi.Credentials, error) {
	workspace, _ := os.Getwd()
	netrc := ""
	if o.GoogleDefaultCredentials { // which come first, as with Bazel
		netrc = os.DevNull
	}
	return func(host string) (reapi.Credentials, error) {
		s, err := credential.New(host, credential.Options{
			Helpers: o.CredentialHelper, HelperTimeout: o.CredentialHelperTimeout, Netrc: netrc, Workspace: workspace,
		})
		if err != nil {
			return nil, err
		}
		any, err := s.Any()
		if err != nil {
			terminal.WarnOnce("netrc", "going on without .netrc: %v", err)
		}
		if !any {
			return nil, nil
		}
		return s, nil
	}
}

var strategies = map[config.ExecStrategy]link.Strategy{
	config.StrategyLocal: link.Local, config.StrategyRemote: link.Remote,
	config.StrategyFallback: link.Fallback, config.StrategyRacing: link.Racing,
}

// strategyOf is what --exec_strategy says, or what --remote_executor stands
// for.
func strategyOf(o *config.Options) link.Strategy {
	if o.ExecStrategy == config.StrategyDefault && o.RemoteExecutor != "" {
		return link.Fallback
	}
	return strategies[o.ExecStrategy]
}

// properties reads NAME=VALUE entries, of which the last for a name counts.
func properties(entries []string) map[string]string {
	m := map[string]string{}
	for _, entry := range entries {
		name, value, _ := strings.Cut(entry, "=")
		m[name] = value
	}
	return m
}
