// Package doctor checks whether thinrex can do its work here: the compiler, the linker,
// the cache on disk, the services, and a link of two small modules. Each check tells what
// it found in Lines, and what to do about what is wrong.
//
// A check changes nothing: it writes only temporary files, which it removes. It ends in
// bounded time, also if a program hangs or a service never answers.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"thinrex/go/clang"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/link"
	"thinrex/go/reapi"
	"thinrex/go/reapi/credential"
)

// Options are what a link or compilation in this folder would use.
type Options struct {
	Program  string   // the path of thinrex, as a linker starts it
	Compiler []string // the command that compiles and links, and its arguments

	DiskCache string // "" for none
	Function  digest.Function
	Env       map[string]string // of backend compilations
	Slicing   link.Slicing
	Library   string // --slicing_library

	Remote      *reapi.Options // nil without a service
	Credentials credential.Options
	Warnings    *[]string // what dialling by Remote warns of

	// Variables are given to the link of two modules: THINREX_NAME=VALUE.
	Variables []string
	// From says which place has set an option: THINREX_JOBS, FILE:LINE.
	From func(name string) string
}

// Limits, so that no check waits for ever.
const (
	commandTime = 30 * time.Second // one run of a compiler or a link
	serviceTime = 15 * time.Second // one service, beside a credential helper
)

// Run runs all checks and tells each finding as soon as it is there. It ends when ctx does.
func Run(ctx context.Context, o Options, tell func(Line)) {
	d := &examination{Options: o, tell: func(l Line) {
		if ctx.Err() == nil { // else what is wrong is that a check was stopped
			tell(l)
		}
	}}
	for _, check := range []func(context.Context){
		d.checkCompiler, d.checkLinker, d.checkSlicing, d.checkDiskCache, d.checkCredentials, d.checkServices, d.checkLink,
	} {
		if ctx.Err() != nil {
			return
		}
		check(ctx)
	}
}

// An examination is one run. Later checks use what earlier ones found.
type examination struct {
	Options
	tell func(Line)

	path    string          // of the compiler that the user calls; "" if there is none that works
	version string          // of LLVM in it
	linker  string          // the path of lld; "" if there is none
	backend *clang.Compiler // runs the jobs; nil if there is none
	slices  bool            // whether modules can be cut
}

func (d *examination) ok(check, format string, args ...any) {
	d.tell(Line{check, OK, fmt.Sprintf(format, args...), ""})
}

func (d *examination) warn(check, advice, format string, args ...any) {
	d.tell(Line{check, Warning, fmt.Sprintf(format, args...), advice})
}

func (d *examination) broken(check, advice, format string, args ...any) {
	d.tell(Line{check, Broken, fmt.Sprintf(format, args...), advice})
}

// run runs a program and returns what it prints on both streams. The error says how it
// failed, with the last it printed.
func run(ctx context.Context, p host.Process) (printed string, err error) {
	bounded, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	exit, err := host.Run(bounded, p)
	printed = string(exit.Stdout) + string(exit.Stderr)
	switch {
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return printed, fmt.Errorf("%s takes longer than %v", p.Path, commandTime)
	case err != nil:
		return printed, err
	}
	r := exit.Signal
	if r == "" && exit.Code != 0 {
		r = fmt.Sprintf("exit status %d", exit.Code)
	}
	if r != "" {
		return printed, fmt.Errorf("%s: %s: %s", p.Path, r, gist(printed))
	}
	return printed, nil
}

// gist returns as one line what a program printed of errors, and thinrex's own lines, or
// else the end of what it printed.
func gist(printed string) string {
	const most = 400
	all := slices.Collect(strings.Lines(strings.ToValidUTF8(printed, "?")))
	failures := slices.DeleteFunc(slices.Clone(all), func(line string) bool {
		return !strings.Contains(line, "error:") && !strings.HasPrefix(line, "thinrex: ")
	})
	if len(failures) > 0 {
		all = failures
	}
	line := strings.Join(strings.Fields(strings.Join(all, " ")), " ")
	if runes := []rune(line); len(runes) > most {
		line = "…" + string(runes[len(runes)-most:])
	}
	return line
}
