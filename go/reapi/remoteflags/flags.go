package remoteflags

import (
	"time"

	"thinrex/go/option"
)

// Rows sets the defaults of the options and describes them.
func (o *Options) Rows() []option.Row {
	rows := append(o.serviceRows(), o.resultRows()...)
	rows = append(rows, o.callRows()...)
	return append(rows, o.authenticationRows()...)
}

// serviceRows are about which services there are.
func (o *Options) serviceRows() []option.Row {
	return []option.Row{
		{
			Name:           "remote_cache",
			Value:          addressValue(&o.Cache),
			Group:          option.Remote,
			Usage:          "`address` of a remote cache: grpcs://, grpc:// or unix:; TLS if it doesn't say",
			Doc:            "address of a remote cache: `grpcs://`, `grpc://` or `unix:`; TLS if it doesn't say",
			Address:        true,
			FromBazelRC:    true,
			BazelNames:     []string{"remote_http_cache"},
			BazelAttribute: "Address of a remote cache: `grpcs://`, `grpc://` or `unix:`.",
		},
		{
			Name:           "remote_executor",
			Value:          addressValue(&o.Executor),
			Group:          option.Remote,
			Usage:          "`address` of a remote execution service, as --remote_cache's; the cache too, if none is given",
			Doc:            "address of a remote execution service, as `--remote_cache`'s; the cache too, if none is given",
			Address:        true,
			FromBazelRC:    true,
			BazelAttribute: "Address of a remote execution service, the cache too if no other is given.",
		},
		{
			Name:           "remote_instance_name",
			Value:          option.Text(&o.Instance, ""),
			Group:          option.Remote,
			Usage:          "the `name` of the service's instance",
			FromBazelRC:    true,
			BazelAttribute: "Name of the service's instance.",
		},
		{
			Name:        "remote_proxy",
			Value:       proxyValue(&o.Proxy),
			Group:       option.Remote,
			Usage:       "reach the services through a Unix domain socket, `unix:PATH`",
			Doc:         "reach the services through this Unix domain socket",
			Address:     true,
			FromBazelRC: true,
			BazelNames:  []string{"remote_cache_proxy"},
		},
	}
}

// resultRows are about what is executed, taken from the cache and stored there.
func (o *Options) resultRows() []option.Row {
	return []option.Row{
		{
			Name:        "remote_accept_cached",
			Value:       option.Bool(&o.AcceptCached, true),
			Group:       option.Remote,
			Usage:       "take results from the remote cache, and let an executor take them from its own",
			FromBazelRC: true,
		},
		{
			Name:  "remote_upload_local_results",
			Value: uploadValue(&o.Upload),
			Group: option.Remote,
			Usage: "store in the remote cache what was compiled here; auto: unless a --remote_executor is given " +
				"whose workers store theirs",
			Doc: "store what was compiled here: `true`, `false`, or `auto`: unless the workers of a `--remote_executor` do, " +
				"see [remote.md](remote.md#4-who-writes-to-the-cache) (Bazel: `true`)",
			FromBazelRC: true,
		},
		{
			Name:        "experimental_remote_cache_compression",
			SecondNames: []string{"remote_cache_compression"},
			Value:       option.Bool(&o.Compress, false),
			Group:       option.Remote,
			Usage:       "transfer with zstd where the service offers it; also --remote_cache_compression",
			Doc:         "transfer with zstd where the service offers it",
			FromBazelRC: true,
		},
		{
			Name:  "remote_jobs",
			Value: option.Number(&o.Executions, 200, 1),
			Group: option.Remote,
			Usage: "how many compilations run on workers at once",
			Phase: option.LinkOnly,
		},
	}
}

// callRows are about connections, and how long anything is waited for.
func (o *Options) callRows() []option.Row {
	return []option.Row{
		{
			Name:  "remote_timeout",
			Value: option.Duration(&o.Timeout, time.Minute),
			Group: option.Remote,
			Usage: "how long a call to a service may go without an answer; not how long a job may queue",
			Doc: "how long a call to a service may go without an answer (Bazel: how long it may take); " +
				"not how long a job may queue",
			FromBazelRC: true,
		},
		{
			Name:        "remote_retries",
			Value:       option.Number(&o.Retries, 5, 0),
			Group:       option.Remote,
			Usage:       "how often a call that failed for a passing reason is tried again",
			Doc:         "further tries of a call that failed for a passing reason, and of a service in an outage",
			FromBazelRC: true,
			BazelNames:  []string{"experimental_remote_retry_max_attempts"},
		},
		{
			Name:  "remote_max_connections",
			Value: option.Number(&o.MaxConnections, 0, 0),
			Group: option.Remote,
			Usage: "how many connections to a service at most, each for about 100 requests at once; " +
				"0 for as many as needed",
			FromBazelRC: true,
		},
		{
			Name: "grpc_keepalive_time",
			// Servers commonly refuse more than one ping in five minutes.
			Value:       option.DurationOrZero(&o.KeepaliveTime, 6*time.Minute),
			Group:       option.Remote,
			Usage:       "ping a connection that has been silent for so long; 0 for never",
			FromBazelRC: true,
		},
		{
			Name:        "grpc_keepalive_timeout",
			Value:       option.Duration(&o.KeepaliveTimeout, 20*time.Second),
			Group:       option.Remote,
			Usage:       "how long the answer to such a ping may take",
			Doc:         "how long the answer to a ping by `--grpc_keepalive_time` may take",
			FromBazelRC: true,
		},
	}
}

// authenticationRows are about how the services know the user, and the user the
// services. Credentials has the rows of credential helpers.
func (o *Options) authenticationRows() []option.Row {
	return []option.Row{
		{
			Name:  "remote_header",
			Value: headersValue(&o.Headers),
			Group: option.Authentication,
			Usage: "a header for the cache and the executor, `NAME=VALUE`; better kept in thinrex.toml",
			Doc: "a header for the cache and the executor; repeatable; keep secrets in thinrex.toml, a variable or " +
				"a credential helper",
			Secret:      true,
			FromBazelRC: true,
		},
		{
			Name:        "remote_cache_header",
			Value:       headersValue(&o.CacheHeaders),
			Group:       option.Authentication,
			Usage:       "a header for the cache, `NAME=VALUE`",
			Doc:         "a header for the cache alone; repeatable",
			Secret:      true,
			FromBazelRC: true,
		},
		{
			Name:        "remote_exec_header",
			Value:       headersValue(&o.ExecHeaders),
			Group:       option.Authentication,
			Usage:       "a header for the executor, `NAME=VALUE`",
			Doc:         "a header for the executor alone; repeatable",
			Secret:      true,
			FromBazelRC: true,
		},
		{
			Name:        "google_default_credentials",
			Value:       option.Bool(&o.GoogleDefaultCredentials, false),
			Group:       option.Authentication,
			Usage:       "use Google's application default credentials",
			FromBazelRC: true,
			BazelNames:  []string{"auth_enabled"},
		},
		{
			Name:        "tls_certificate",
			Value:       option.Text(&o.TLSCertificate, ""),
			Group:       option.Authentication,
			Usage:       "`file` with the certificates that may sign a server's (default: the system's)",
			Doc:         "PEM file with the certificates that may sign a server's",
			Default:     "the system's",
			Path:        option.WholePath,
			FromBazelRC: true,
		},
		{
			Name:        "tls_client_certificate",
			Value:       option.Text(&o.TLSClientCertificate, ""),
			Group:       option.Authentication,
			Usage:       "`file` with the client's certificate, for TLS on both sides",
			Doc:         "PEM file with the client's certificate, for TLS on both sides",
			Path:        option.WholePath,
			FromBazelRC: true,
		},
		{
			Name:        "tls_client_key",
			Value:       option.Text(&o.TLSClientKey, ""),
			Group:       option.Authentication,
			Usage:       "`file` with the key of the client's certificate",
			Doc:         "PEM file with the key of the client's certificate",
			Path:        option.WholePath,
			FromBazelRC: true,
		},
	}
}
