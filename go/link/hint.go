package link

import (
	"fmt"
	"slices"

	"al.essio.dev/pkg/shellescape"

	"thinrex/go/link/distfile"
	"thinrex/go/link/executor"
)

// hintFor returns a function that says what the user may do about a failed job.
func hintFor(common distfile.Common, compiler string) func(failed) string {
	return func(f failed) string {
		versions := executor.OlderCompiler(f.result.Stderr)
		switch {
		case versions != "" && f.result.Service != "":
			return versions + "; " + executor.OtherWorkerCompiler
		case versions != "":
			return fmt.Sprintf("%s, %s; --thinlto-remote-compiler=PATH (lld-link: /thinlto-remote-compiler:PATH)"+
				" names the clang of lld's release", versions, compiler)
		case f.result.Service != "":
			return "--exec_strategy=local shows whether it fails here, too;" +
				" if not, the worker may have another compiler: see --remote_compiler and --toolchain=upload"
		}
		return "to see it again, link with lld's --save-temps (lld-link: /lldsavetemps), which keeps the job's files," +
			" and run the command that is then printed here:\n  " +
			shellescape.QuoteCommand(slices.Concat([]string{compiler}, common.Args[1:], f.jobs[0].Args))
	}
}
