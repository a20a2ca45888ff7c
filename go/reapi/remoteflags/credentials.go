package remoteflags

import (
	"thinrex/go/option"
)

// Rows sets the defaults of the user's part and describes it.
func (o *Credentials) Rows() []option.Row {
	return []option.Row{
		{
			Name:        "credential_helper",
			Value:       option.Texts(&o.Helpers),
			Group:       option.Authentication,
			Usage:       "ask this program for credentials, `[SCOPE=]PROGRAM`; the scope is a host name, or *.DOMAIN",
			Doc:         "ask this program for credentials; the scope is a host name or `*.DOMAIN`; repeatable",
			Path:        option.PathAfterScope,
			FromBazelRC: true,
			BazelNames:  []string{"experimental_credential_helper"},
			BazelAttribute: "`[SCOPE=]PROGRAM` that gives credentials for the remote cache or executor, " +
				"in Bazel's protocol.",
		},
		{
			Name:        "credential_helper_timeout",
			Value:       option.Duration(&o.HelperTimeout, HelperTimeout),
			Group:       option.Authentication,
			Usage:       "how long a credential helper may take",
			FromBazelRC: true,
			BazelNames:  []string{"experimental_credential_helper_timeout"},
		},
	}
}
