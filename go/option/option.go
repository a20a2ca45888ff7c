// Package option describes the program's options: one Row for each.
//
// A row stands in the package that uses the option, bound to the field there:
// see the Rows methods of store.Options, reapi.Options, link.Options and others.
// Everything else is made from the rows: the flags, variables and keys of
// configuration files that set an option (package config), --help,
// docs/options.md, and the lists in the Bazel rules (go/internal/optiondocs).
// So a new option is one new row, where it is used.
package option

import "strings"

// A Row is one option.
type Row struct {
	// Name is the flag's without dashes, such as remote_cache. It is Bazel's where
	// Bazel has such an option. The variable is THINREX_ and the name in upper
	// case; the key in thinrex.toml is the name.
	Name string
	// SecondNames are accepted wherever Name is.
	SecondNames []string
	// Value reads and prints the option's field.
	Value Value
	// Group is the heading under which --help and docs/options.md list the option.
	Group Group
	// Usage is the option's line in --help. The first word in backquotes in it
	// names the value: --disk_cache folder.
	Usage string
	// Doc is the text in docs/options.md, in Markdown, where it says more than
	// Usage; "" for Usage.
	Doc string
	// Default is the text in docs/options.md for a default that isn't the same on
	// each machine, or depends on other options; "" for the value's own.
	Default string

	// Path says which part of the value is the path of a file or folder. In
	// thinrex.toml such a path is relative to the file's folder, in a .bazelrc to
	// the workspace; ~/ is the home folder everywhere.
	Path Path
	// Secret options are never printed, and refused where other users of the
	// machine could read them: on the link's command line.
	Secret bool
	// Address options name a service. A password in one is refused.
	Address bool
	// Phase says which commands use the option.
	Phase Phase

	// FromBazelRC options are also taken from the .bazelrc that --bazelrc names.
	FromBazelRC bool
	// BazelStartup options stand on Bazel's startup lines, too. A --NAME there is
	// all that is read of such a line.
	BazelStartup bool
	// BazelNames are further names that Bazel has, or had, for the option. Only a
	// .bazelrc may use them.
	BazelNames []string
	// BazelAttribute is the doc string of the attribute by which the Bazel rules
	// offer the option; "" if they take it in their attribute args only.
	BazelAttribute string
}

// A Group is a heading in --help and docs/options.md.
type Group string

// The groups, in the order in which they are listed.
const (
	Cache          Group = "Cache"
	Remote         Group = "Remote caching and execution"
	Authentication Group = "Authentication"
	CompilePhase   Group = "Compile phase (thinrex cc)"
	Compilations   Group = "Compilations"
	Output         Group = "Output"
	General        Group = "General"
)

// Groups lists the groups in their order.
func Groups() []Group {
	return []Group{Cache, Remote, Authentication, CompilePhase, Compilations, Output, General}
}

// A Phase is what a user runs thinrex for.
type Phase int

// The phases.
const (
	BothPhases  Phase = iota
	LinkOnly          // a flag that thinrex cc refuses; in a configuration file it may stand
	Backends          // of links, and of backends that thinrex cc runs; a compilation ignores it
	CompileOnly       // a link ignores it
)

// Path says which part of an option's value is a path.
type Path int

// The parts.
const (
	NoPath         Path = iota
	WholePath           // all of the value, if it isn't empty
	PathAfterScope      // PROGRAM in [SCOPE=]PROGRAM, unless it is a bare name to look up on PATH
)

// Names returns all names that are accepted on a command line, Name first.
func (r Row) Names() []string { return append([]string{r.Name}, r.SecondNames...) }

// ValueName returns the word in backquotes in Usage, "" if there is none.
func (r Row) ValueName() string {
	_, rest, _ := strings.Cut(r.Usage, "`")
	name, _, found := strings.Cut(rest, "`")
	if !found {
		return ""
	}
	return name
}

// Variable returns the environment variable for one of the option's names.
func Variable(name string) string { return "THINREX_" + strings.ToUpper(name) }
