package link

import (
	"context"

	"thinrex/go/clang"
	"thinrex/go/link/backend"
	"thinrex/go/report"
)

// RunCommand runs a backend that was given as a command. It does what Run does for a job of
// the linker, with two differences: nobody waits for the outputs but the caller, and nothing
// is run as it was given. Whatever is wrong with the command, its files, the compilation or
// the compiler's place, RunCommand says so in its error and leaves no output. The caller then
// runs the command, so that the user gets the compiler's own messages and exit code.
func RunCommand(ctx context.Context, c *backend.Command, o Options) (report.Summary, error) {
	o.command, o.KeepGoing = true, false
	resolution := resolutionOf(nil, o)
	resolution.NoScripts = true
	compiler, err := clang.Resolve(ctx, c.Program, resolution)
	if err != nil {
		return report.Summary{}, err
	}
	f, err := c.File(compiler)
	if err != nil {
		return report.Summary{}, err
	}
	tally := newTally(f, o)
	found, err := newJobCompiler(ctx, compiler, resolution, f.Common, o)
	if err != nil {
		return tally.end(err)
	}
	return run(ctx, f, o, found, tally)
}
