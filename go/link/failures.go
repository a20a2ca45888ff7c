package link

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"

	"thinrex/go/action"
	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A failed is a failed compilation, of one job or of several equal ones.
type failed struct {
	jobs   []distfile.Job
	action *action.Action // nil if the job ran as the linker wrote it
	result *action.Result
	why    error
}

// hash is equal for compilations that failed with the same message. The names of their
// files make no difference: messages have canonical names until they are printed.
func (f failed) hash() [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n%s", f.result.ExitCode, f.result.Signal, f.result.Message)
	h.Write(f.result.Stdout)
	h.Write(f.result.Stderr)
	return [sha256.Size]byte(h.Sum(nil))
}

func (f failed) modules() []string {
	var paths []string
	for _, job := range f.jobs {
		paths = append(paths, job.Module())
	}
	return paths
}

// failures tells the user of compilations that failed, and of what this machine had to do
// for workers. It is the link's executor.Reporter.
type failures struct {
	terminal  *report.Terminal
	tally     *tally
	linker    *linkerWatch
	keepGoing bool
	silent    bool                // the compiler will run again, and tell what is wrong itself
	stop      func()              // ends all jobs and lookups
	hint      func(failed) string // what the user may do about it

	mu      sync.Mutex
	count   int
	printed map[[sha256.Size]byte]bool // hashes of the messages that were printed
	alike   []string                   // modules that failed with a message which was printed before
	others  int                        // jobs that failed with messages which weren't printed
	hinted  sync.Once
	// The hash of a worker's message leads to that of this machine's for the same job.
	confirmed map[[sha256.Size]byte][sha256.Size]byte
}

// report counts failed jobs and ends the link, unless --keep_going was given. It
// prints the first one's message alone; with --keep_going, each message once.
// Otherwise an error that all jobs have would be printed for as many as run at once,
// which on workers are hundreds.
func (l *failures) report(f failed) {
	if l.linker.isGone(f.jobs[0]) {
		return
	}
	printed := l.note(f)
	l.tally.count(func(s *report.Summary) { s.Failed += len(f.jobs) })
	l.tally.journal.failed(f)
	if !l.keepGoing {
		l.stop()
	}
	if printed && !l.silent {
		l.print(f)
	}
}

// note remembers a failure and returns whether its message is to be printed.
func (l *failures) note(f failed) (printed bool) {
	hash := f.hash()
	l.mu.Lock()
	defer l.mu.Unlock()
	if here, ok := l.confirmed[hash]; ok {
		hash = here
	}
	alike := l.printed[hash]
	printed = l.count == 0 || l.keepGoing && !alike
	l.count += len(f.jobs)
	l.printed[hash] = true
	switch {
	case printed:
	case alike:
		l.alike = append(l.alike, f.modules()...)
	default:
		l.others += len(f.jobs)
	}
	return printed
}

// Confirmed notes that a failure on a worker and one on this machine are the same, so that
// only one of their messages is printed, whichever is reported first.
func (l *failures) Confirmed(there, here *action.Result) {
	hash := failed{result: there}.hash()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.confirmed[hash] = failed{result: here}.hash()
}

// FellBack says once why the service isn't used, and counts.
func (l *failures) FellBack(module string, why error) {
	l.terminal.WarnOnce("remote", "jobs are compiled here because the remote service can't: %v", why)
	l.terminal.Verbose("%s is compiled here: %v", module, why)
	l.tally.fallback()
}

// print prints the compiler's messages, then lines of thinrex itself.
func (l *failures) print(f failed) {
	l.printMessages(f.action, f.result)
	if f.result.Message != "" {
		l.terminal.Print("the remote service says: %s", f.result.Message)
	}
	where := ""
	if f.result.Service != "" {
		where = " on a worker of " + f.result.Service
	}
	l.terminal.Print("backend compilation of %s failed%s (%v)", someOf(f.modules()), where, f.why)
	l.hinted.Do(func() { l.terminal.Print("hint: %s", l.hint(f)) })
}

// printMessages prints what a compiler printed, with the names of the job's own
// files. The action is nil for a job that ran as the linker wrote it.
func (l *failures) printMessages(a *action.Action, r *action.Result) {
	for _, text := range [][]byte{r.Stdout, r.Stderr} {
		if a != nil {
			text = a.OriginalNames(text)
		}
		l.terminal.Messages(text)
	}
}

// dropEnded returns nil instead of an error that says only that jobs were ended after a
// failed compilation: the user has been told of that one. With --keep_going no job is
// ended, so each error is returned.
func (l *failures) dropEnded(ctx context.Context, err error) error {
	ended := errors.Is(err, context.Canceled) || errors.Is(err, ErrCompilation)
	if ended && ctx.Err() == nil && l.count > 0 && !l.keepGoing {
		return nil
	}
	return err
}

// verdict returns how a link has ended as a whole, whose jobs have ended with err.
// It tells the user how many jobs failed beside those whose messages were printed,
// and how many weren't compiled.
func (l *failures) verdict(ctx context.Context, err error) error {
	jobs := l.tally.progress()
	done, all := jobs.Done, jobs.All
	switch {
	case err != nil:
		return err
	case done == all && l.count == 0:
		return nil
	case l.count > 0:
		l.tally.count(func(s *report.Summary) { s.Skipped = all - done })
		l.printRest(all, all-done)
		return ErrCompilation
	}
	return ctx.Err()
}

func (l *failures) printRest(jobs, skipped int) {
	var parts []string
	if n := len(l.alike); n > 0 {
		parts = append(parts, fmt.Sprintf("%d more failed with the same message (%s)", n, someOf(l.alike)))
	}
	if l.others > 0 {
		parts = append(parts, fmt.Sprintf("%d more failed with other messages", l.others))
	}
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d more weren't compiled; --keep_going compiles them", skipped))
	}
	if len(parts) > 0 {
		l.terminal.Print("of %d jobs, %s", jobs, strings.Join(parts, ", "))
	}
}

// someOf names a few of several modules.
func someOf(modules []string) string {
	if len(modules) <= namedModules {
		return strings.Join(modules, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(modules[:namedModules], ", "), len(modules)-namedModules)
}
