package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// addRemoteFlags defines how a remote cache and executor are reached and used.
func (o *Options) addRemoteFlags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.BazelRC, "bazelrc", nil, "take the options for remote caching and execution from Bazel's rc `file[:config]`, if nothing else gives them")
	o.addAuthFlags(fs)
	fs.Var((*function)(&o.DigestFunction), "digest_function", "sha256 or blake3, part of the key; a service must offer it")
	boolVar(fs, &o.RemoteCacheCompression, "experimental_remote_cache_compression", false, "transfer with zstd where the service offers it; also --remote_cache_compression")
	o.GRPCKeepaliveTime = 6 * time.Minute // servers commonly refuse more than one ping in five
	fs.Var(duration{to: &o.GRPCKeepaliveTime, zeroToo: true}, "grpc_keepalive_time", "ping a connection that has been silent for so long; 0 for never")
	durationVar(fs, &o.GRPCKeepaliveTimeout, "grpc_keepalive_timeout", 20*time.Second, "how long the answer to such a ping may take")
	boolVar(fs, &o.RemoteAcceptCached, "remote_accept_cached", true, "take results from the remote cache, and let an executor take them from its own")
	fs.Var(&address{to: &o.RemoteCache}, "remote_cache", "`address` of a remote cache: grpcs://, grpc:// or unix:; TLS if it doesn't say")
	fs.Var(&headers{to: &o.RemoteCacheHeader}, "remote_cache_header", "a header for the cache, `NAME=VALUE`")
	fs.Var(&properties{to: &o.RemoteDefaultExecProperties}, "remote_default_exec_properties", "a property of the worker to run on, `NAME=VALUE`; part of the key")
	fs.Var(&headers{to: &o.RemoteExecHeader}, "remote_exec_header", "a header for the executor, `NAME=VALUE`")
	fs.Var(&address{to: &o.RemoteExecutor}, "remote_executor", "`address` of a remote execution service, as --remote_cache's; the cache too, if none is given")
	fs.Var(&headers{to: &o.RemoteHeader}, "remote_header", "a header for the cache and the executor, `NAME=VALUE`; better kept in thinrex.toml")
	fs.StringVar(&o.RemoteInstanceName, "remote_instance_name", "", "the `name` of the service's instance")
	intVar(fs, &o.RemoteJobs, "remote_jobs", 200, 1, "how many compilations run on workers at once")
	intVar(fs, &o.RemoteMaxConnections, "remote_max_connections", 0, 0, "how many connections to a service at most, each for about 100 requests at once; 0 for as many as needed")
	o.RemotePatience = 10 * time.Second
	fs.Var(duration{to: &o.RemotePatience, zeroToo: true}, "remote_patience",
		"how long nothing may be heard of a job from a service before this machine, when idle, compiles it as well; 0 for any time")
	fs.Var(&proxy{to: &o.RemoteProxy}, "remote_proxy", "reach the services through a Unix domain socket, `unix:PATH`")
	intVar(fs, &o.RemoteRetries, "remote_retries", 5, 0, "how often a call that failed for a passing reason is tried again")
	durationVar(fs, &o.RemoteTimeout, "remote_timeout", time.Minute, "how long a call to a service may go without an answer; not how long a job may queue")
	o.RemoteUploadLocalResults = UploadAuto
	addSwitch(fs, &o.RemoteUploadLocalResults, "remote_upload_local_results", "store in the remote cache what was compiled here; auto: unless a --remote_executor is given whose workers store theirs")
}

func (o *Options) addAuthFlags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.CredentialHelper, "credential_helper", nil, "ask this program for credentials, `[SCOPE=]PROGRAM`; the scope is a host name, or *.DOMAIN")
	durationVar(fs, &o.CredentialHelperTimeout, "credential_helper_timeout", 10*time.Second, "how long a credential helper may take")
	boolVar(fs, &o.GoogleDefaultCredentials, "google_default_credentials", false, "use Google's application default credentials")
	fs.StringVar(&o.TLSCertificate, "tls_certificate", "", "`file` with the certificates that may sign a server's (default: the system's)")
	fs.StringVar(&o.TLSClientCertificate, "tls_client_certificate", "", "`file` with the client's certificate, for TLS on both sides")
	fs.StringVar(&o.TLSClientKey, "tls_client_key", "", "`file` with the key of the client's certificate")
}

// IsSecret reports whether the option's values may be secrets, which mustn't
// stand on a command line that others can see.
func IsSecret(f *pflag.Flag) bool {
	_, secret := f.Value.(*headers)
	return secret
}

// headers is the pflag.Value of headers, NAME=VALUE each.
type headers struct{ to *[]string }

func (h *headers) Set(s string) error         { return h.Append(s) }
func (h *headers) Append(s string) error      { *h.to = append(*h.to, s); return nil }
func (h *headers) Replace(all []string) error { *h.to = all; return nil }
func (h *headers) GetSlice() []string         { return *h.to }
func (h *headers) String() string             { return "" } // ends up in texts
func (h *headers) Type() string               { return "NAME=VALUE" }

// check shows nothing of a malformed header: what looks like its name may be
// the beginning of a secret.
func (h *headers) check() error {
	for _, header := range *h.to {
		name, value, ok := strings.Cut(header, "=")
		if !ok || name == "" || strings.ContainsFunc(name, notInHeaderName) {
			return errors.New("a header isn't of the form NAME=VALUE (not shown, as it may be a secret)")
		}
		binary := strings.HasSuffix(strings.ToLower(name), "-bin") // gRPC sends these in base64
		if !binary && strings.ContainsFunc(value, notInHeaderValue) {
			return errors.New("a header's value isn't all printable ASCII (a line break at its end? it isn't shown, as it may be a secret)")
		}
	}
	return nil
}

func notInHeaderValue(r rune) bool { return r < ' ' || r > '~' }

func notInHeaderName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
}

// address is the pflag.Value of a service's address.
type address struct{ to *string }

func (a *address) Set(s string) error { *a.to = s; return nil }
func (a *address) String() string     { return *a.to }
func (a *address) Type() string       { return "string" }

// check refuses what may hold a password, without showing it. The path of a
// socket holds none.
func (a *address) check() error {
	if strings.Contains(*a.to, "@") && !strings.HasPrefix(*a.to, "unix:") {
		return errors.New("an address holds no user name or password: see --remote_header and --credential_helper")
	}
	return nil
}

// properties is the pflag.Value of a worker's properties, NAME=VALUE each.
type properties struct{ to *[]string }

func (p *properties) Set(s string) error { return p.Append(s) }

func (p *properties) Append(s string) error {
	if strings.IndexByte(s, '=') < 1 {
		return fmt.Errorf("%q isn't of the form NAME=VALUE", s)
	}
	*p.to = append(*p.to, s)
	return nil
}

func (p *properties) Replace(all []string) error { *p.to = all; return nil }
func (p *properties) GetSlice() []string         { return *p.to }
func (p *properties) String() string             { return strings.Join(*p.to, " ") }
func (p *properties) Type() string               { return "NAME=VALUE" }

// proxy is the pflag.Value of a Unix domain socket.
type proxy struct{ to *string }

func (p *proxy) Set(s string) error {
	if path, ok := strings.CutPrefix(s, "unix:"); s != "" && (!ok || path == "") {
		return fmt.Errorf("%q isn't of the form unix:PATH", s)
	}
	*p.to = s
	return nil
}

func (p *proxy) String() string { return *p.to }
func (p *proxy) Type() string   { return "string" }
