package link

import (
	"fmt"
	"strings"
	"time"

	"thinrex/go/option"
)

// ByExecutor is the strategy of a user who gives none: Fallback with a
// --remote_executor, else Local. Whoever calls Run decides which.
const ByExecutor Strategy = -1

// String is the strategy's name in --exec_strategy; the names are reclient's.
func (s Strategy) String() string {
	return map[Strategy]string{
		Local:    "local",
		Remote:   "remote",
		Fallback: "remote_local_fallback",
		Racing:   "racing",
	}[s]
}

// String is the value in --slicing.
func (s Slicing) String() string {
	return map[Slicing]string{SlicingAuto: "auto", SlicingOff: "off", SlicingVerify: "verify"}[s]
}

// Rows sets the defaults of the user's options and describes them. The rest of o
// is its caller's to fill in.
func (o *Options) Rows() []option.Row {
	return []option.Row{
		{
			Name:  "exec_strategy",
			Value: option.Choice(&o.Strategy, ByExecutor, Local, Remote, Fallback, Racing),
			Group: option.Remote,
			Usage: "where compilations run: local, remote, remote_local_fallback or racing " +
				"(default: remote_local_fallback with an executor, else local)",
			Doc:            "where compilations run: `local`, `remote`, `remote_local_fallback` or `racing`",
			Default:        "`remote_local_fallback` with an executor, else `local`",
			BazelAttribute: "Where compilations run: `local`, `remote`, `remote_local_fallback` or `racing`.",
		},
		{
			Name:  "keep_going",
			Value: option.Bool(&o.KeepGoing, false),
			Group: option.Compilations,
			Usage: "after a failed compilation, run the others all the same",
			Phase: option.LinkOnly,
		},
		{
			Name:  "keep_inputs",
			Value: option.Bool(&o.KeepInputs, false),
			Group: option.Cache,
			Usage: "keep in the disk cache what a link's jobs read, so that thinrex replay and verify can run them again",
			Doc: "keep in the disk cache what a link's jobs read, so that `thinrex replay` and `thinrex verify` can run " +
				"them again: see [operate.md](operate.md#run-a-job-again)",
			Phase: option.Backends,
		},
		{
			Name:    "remote_compiler",
			Value:   option.Text(&o.Compiler, ""),
			Group:   option.Remote,
			Usage:   "the compiler's `path` in actions, where a worker has it (default /usr/bin/clang-VERSION)",
			Doc:     "where a worker has the compiler; part of the key",
			Default: "`/usr/bin/clang-22`",
			Phase:   option.Backends,
		},
		{
			Name:        "remote_default_exec_properties",
			Value:       propertiesValue(&o.Properties),
			Group:       option.Remote,
			Usage:       "a property of the worker to run on, `NAME=VALUE`; part of the key",
			Doc:         "a property of the worker to run on; repeatable; part of the key",
			Phase:       option.Backends,
			FromBazelRC: true,
		},
		{
			Name:  "remote_execution_timeout",
			Value: option.Duration(&o.Timeout, 10*time.Minute),
			Group: option.Remote,
			Usage: "how long one compilation may take on a worker; part of the key",
			Phase: option.Backends,
		},
		{
			Name:  "remote_patience",
			Value: option.DurationOrZero(&o.Patience, 10*time.Second),
			Group: option.Remote,
			Usage: "how long nothing may be heard of a job from a service before this machine, when idle, " +
				"compiles it as well; 0 for any time",
			Phase: option.Backends,
		},
		{
			Name:  "slicing",
			Value: option.Choice(&o.Slicing, SlicingAuto, SlicingOff, SlicingVerify),
			Group: option.Compilations,
			Usage: "whether a job reads, of each imported module, only what it imports, so that other edits " +
				"don't change its key: auto, off or verify (compile both ways, and compare)",
			Doc: "whether a job reads, of each imported module, only what it imports, so that other edits " +
				"don't change its key: `auto`, `off`, or `verify`, which compiles both ways and fails if they differ; " +
				"see [keys.md](keys.md#slices)",
			Phase:          option.Backends,
			BazelAttribute: "Whether jobs read only what they import of other modules: `auto`, `off` or `verify`.",
		},
		{
			Name:  "slicing_library",
			Value: option.Text(&o.SlicingLibrary, ""),
			Group: option.Compilations,
			Usage: "the libLLVM `path` for --slicing, of the same version as the compiler " +
				"(default: the one that the compiler loads)",
			Default: "the one that the compiler loads",
			Phase:   option.Backends,
			Path:    option.WholePath,
		},
		{
			Name:  "toolchain",
			Value: toolchainValue(&o.Portable),
			Group: option.Remote,
			Usage: "where a worker has the compiler from: its image, or an upload",
			Doc:   "a worker has the compiler in its `image`, or gets it by `upload`; part of the key",
			Phase: option.Backends,
		},
		{
			Name:  "verify_hits",
			Value: option.Number(&o.VerifyHits, 0, 0),
			Group: option.Cache,
			Usage: "compile this `percentage` of the hits again here, and compare: names compilers that aren't " +
				"deterministic, and replaces wrong objects",
			Doc: "compile this share of the hits again here, in percent, and compare: see " +
				"[operate.md](operate.md#can-the-cache-be-trusted)",
		},
	}
}

// properties are NAME=VALUE texts, of which the last for a name counts.
type properties struct {
	option.List
	to *map[string]string
}

func propertiesValue(to *map[string]string) option.Value {
	*to = nil
	return properties{option.Texts(new([]string)), to}
}

func (p properties) Set(s string) error { return p.Append(s) }

func (p properties) Append(s string) error {
	name, value, _ := strings.Cut(s, "=")
	if strings.IndexByte(s, '=') < 1 {
		return fmt.Errorf("%q isn't of the form NAME=VALUE", s)
	}
	if *p.to == nil {
		*p.to = map[string]string{}
	}
	(*p.to)[name] = value
	return p.List.Append(s)
}

func (p properties) Replace(all []string) error {
	*p.to = nil
	if err := p.List.Replace(nil); err != nil {
		return err
	}
	for _, s := range all {
		if err := p.Append(s); err != nil {
			return err
		}
	}
	return nil
}

func (p properties) Type() string { return "NAME=VALUE" }

// A toolchain says how a worker gets the compiler: image or upload.
type toolchain struct{ portable *bool }

func toolchainValue(portable *bool) option.Value {
	*portable = false
	return toolchain{portable}
}

func (t toolchain) Set(s string) error {
	switch strings.ToLower(s) {
	case "image":
		*t.portable = false
	case "upload":
		*t.portable = true
	default:
		return fmt.Errorf("%q is none of image, upload", s)
	}
	return nil
}

func (t toolchain) String() string {
	if *t.portable {
		return "upload"
	}
	return "image"
}

func (t toolchain) Type() string { return "name" }
