// Package settings puts together the options of all packages that have some.
package settings

import (
	"thinrex/go/compile"
	"thinrex/go/config"
	"thinrex/go/digest"
	"thinrex/go/history"
	"thinrex/go/host"
	"thinrex/go/link"
	"thinrex/go/option"
	"thinrex/go/reapi/remoteflags"
	"thinrex/go/report"
	"thinrex/go/store"
)

// Settings are the program's options, each in the struct of the package that uses
// it. Rows fills in the defaults.
type Settings struct {
	Config      config.Options
	Store       store.Options
	Remote      remoteflags.Options
	Credentials remoteflags.Credentials
	Link        link.Options
	Compile     compile.Options
	Host        host.Options
	Report      report.Options
	History     history.Options
	Shared      Shared
}

// Rows sets the defaults and describes all options.
func (s *Settings) Rows() (rows []option.Row) {
	for _, part := range []interface{ Rows() []option.Row }{
		&s.Config, &s.Store, &s.Remote, &s.Credentials, &s.Link, &s.Compile, &s.Host, &s.Report, &s.History,
		&s.Shared,
	} {
		rows = append(rows, part.Rows()...)
	}
	return rows
}

// Shared are the options of which links and compilations make different things.
type Shared struct {
	ActionEnv      []string // NAME=VALUE, or NAME for what it is here
	ExtraInputs    []string
	DigestFunction digest.Function
	Disable        bool // compile as if thinrex weren't there
}

// Rows sets the defaults and describes the options.
func (s *Shared) Rows() []option.Row {
	return []option.Row{
		{
			Name:  "action_env",
			Value: option.Texts(&s.ActionEnv),
			Group: option.Compilations,
			Usage: "set a variable for the compiler, or pass it on, `NAME[=VALUE]`; part of the key",
			Doc:   "a variable for the compiler; without `=VALUE`, the one that thinrex has; repeatable; part of the key",
		},
		{
			Name:  "extra_input",
			Value: option.Texts(&s.ExtraInputs),
			Group: option.Compilations,
			Usage: "a `file` that the compiler reads and that neither the dist-file nor a known option names",
			Doc:   "a file that the compiler reads and that nothing else declares; repeatable",
			Path:  option.WholePath,
		},
		{
			Name:         "digest_function",
			Value:        option.Choice(&s.DigestFunction, digest.SHA256, digest.BLAKE3),
			Group:        option.Cache,
			Usage:        "sha256 or blake3, part of the key; a service must offer it",
			Doc:          "`sha256` or `blake3`; part of the key; a service must offer it",
			FromBazelRC:  true,
			BazelStartup: true,
		},
		{
			Name:  "disable",
			Value: option.Bool(&s.Disable, false),
			Group: option.General,
			Usage: "compile as if thinrex weren't there: look up nothing, store nothing, and use no service",
			Doc: "compile as if thinrex weren't there: look up nothing, store nothing, and use no service; see " +
				"[operate.md](operate.md#one-build-without-thinrex)",
		},
	}
}
