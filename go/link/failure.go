package link

import (
	"bytes"
	"fmt"
	"strings"

	"thinrex/go/action"
	"thinrex/go/distfile"
	"thinrex/go/report"
)

// failureOf says why a result can't be used, or nil.
func failureOf(a *action.Action, r *action.Result) error {
	if err := exitFailure(r); err != nil {
		return err
	}
	return a.Check(r)
}

func exitFailure(r *action.Result) error {
	switch {
	case r.Signal != "":
		return fmt.Errorf("signal: %s", r.Signal)
	case r.ExitCode != 0:
		return fmt.Errorf("exit status %d", r.ExitCode)
	}
	return nil
}

// reportFailure prints the compiler's words as they are, then which files the
// canonical names in them stand for.
func (c *conductor) reportFailure(jobs []distfile.Job, failure error, r *action.Result, inputs []action.Input, where place) {
	c.Terminal.Words(r.Stdout)
	c.Terminal.Words(r.Stderr)
	if r.Message != "" {
		c.Terminal.Print("the remote service says: %s", r.Message)
	}
	for _, in := range inputs {
		if bytes.Contains(r.Stderr, []byte(in.Name)) {
			c.Terminal.Print("%s is %s", in.Name, in.File.Path)
		}
	}
	worker := ""
	if where == onAWorker {
		worker = " on a worker of " + c.Remote.Executor()
	}
	for _, job := range jobs {
		c.Terminal.Print("backend compilation of %s failed%s (%v)", job.Module(), worker, failure)
	}
	c.count(func(s *report.Summary) { s.Failed += len(jobs) })
	c.hint.Do(func() {
		if where == onAWorker {
			c.Terminal.Print("hint: --exec_strategy=local shows whether it fails here, too;" +
				" if not, the worker may have another compiler: see --remote_compiler and --toolchain=upload")
			return
		}
		c.Terminal.Print("hint: to see it again, link with lld's --save-temps (lld-link: /lldsavetemps), which keeps the job's files,"+
			" and run the command that is then printed here:\n  %s",
			shellCommand(c.compiler.Path, c.file.Common.Args[1:], jobs[0].Args))
	})
}

// shellCommand returns a command line that a shell would take.
func shellCommand(program string, args ...[]string) string {
	words := []string{program}
	for _, list := range args {
		words = append(words, list...)
	}
	for i, w := range words {
		if strings.ContainsAny(w, " \t\n\"'\\$`()&;|<>*?[]#~!{}") || w == "" {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
