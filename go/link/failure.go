package link

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"thinrex/go/action"
	"thinrex/go/link/distfile"
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

// A failed is a compilation that failed, for one job or for several equal ones.
type failed struct {
	jobs   []distfile.Job
	action *action.Action // nil if the job ran as the linker wrote it
	result *action.Result
	why    error
	where  place
}

// failures are the failed jobs of a link whose messages weren't printed.
type failures struct {
	printed map[[sha256.Size]byte]bool // hashes of the messages that were
	alike   []string                   // modules whose message was printed for another one
	others  int
}

// hash is equal for tasks that failed with one message, whatever their files
// are called.
func (f failed) hash() [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n%s", f.result.ExitCode, f.result.Signal, f.result.Message)
	h.Write(f.result.Stdout)
	h.Write(f.result.Stderr)
	return [sha256.Size]byte(h.Sum(nil))
}

// reportFailure counts failed jobs and ends the link, unless --keep_going was
// given. It prints the first one's message alone; with --keep_going, each
// message once. Otherwise an error that all jobs have is printed for as many
// as run at once, which on workers are hundreds.
func (c *conductor) reportFailure(f failed) {
	if c.linkerGone(f.jobs[0]) {
		return
	}
	hash := f.hash()
	c.mu.Lock()
	first, alike := c.summary.Failed == 0, c.failures.printed[hash]
	printed := first || c.KeepGoing && !alike
	c.summary.Failed += len(f.jobs)
	c.failures.printed[hash] = true
	switch {
	case printed:
	case alike:
		c.failures.alike = append(c.failures.alike, f.modules()...)
	default:
		c.failures.others += len(f.jobs)
	}
	c.mu.Unlock()
	if !c.KeepGoing {
		c.stop(ErrCompilation)
	}
	if printed {
		c.printFailure(f)
	}
}

// markPrinted notes that a failure's message needn't be printed any more.
func (c *conductor) markPrinted(f failed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures.printed[f.hash()] = true
}

func (f failed) modules() []string {
	var paths []string
	for _, job := range f.jobs {
		paths = append(paths, job.Module())
	}
	return paths
}

// printFailure prints the compiler's messages, then our own lines.
func (c *conductor) printFailure(f failed) {
	c.printMessages(f.action, f.result)
	if f.result.Message != "" {
		c.Terminal.Print("the remote service says: %s", f.result.Message)
	}
	where := ""
	if f.where == onAWorker {
		where = " on a worker of " + c.Remote.Executor()
	}
	c.Terminal.Print("backend compilation of %s failed%s (%v)", someOf(f.modules()), where, f.why)
	c.hint.Do(func() { c.Terminal.Print("hint: %s", c.hintFor(f)) })
}

// printMessages prints what a compiler printed, with the names of the job's own
// files. The action is nil for a job that ran as the linker wrote it.
func (c *conductor) printMessages(a *action.Action, r *action.Result) {
	for _, text := range [][]byte{r.Stdout, r.Stderr} {
		if a != nil {
			text = a.OriginalNames(text)
		}
		c.Terminal.Messages(text)
	}
}

// reportRest says how many jobs failed beside those whose messages were
// printed, and how many weren't compiled.
func (c *conductor) reportRest(f failures, skipped int) {
	var parts []string
	if n := len(f.alike); n > 0 {
		parts = append(parts, fmt.Sprintf("%d more failed with the same message (%s)", n, someOf(f.alike)))
	}
	if f.others > 0 {
		parts = append(parts, fmt.Sprintf("%d more failed with other messages", f.others))
	}
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d more weren't compiled; --keep_going compiles them", skipped))
	}
	if len(parts) > 0 {
		c.Terminal.Print("of %d jobs, %s", len(c.file.Jobs), strings.Join(parts, ", "))
	}
}

// someOf names a few of several modules.
func someOf(modules []string) string {
	const most = 3
	if len(modules) <= most {
		return strings.Join(modules, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(modules[:most], ", "), len(modules)-most)
}

// lastMoment is how long a linker that was killed may take to go after it has
// removed its files, on a machine that is busy.
const lastMoment = 2 * time.Second

// linkerGone reports whether the linker that wanted a job's outputs is gone. A
// linker that is killed removes its shards first. What fails for lack of one
// isn't worth a message then: the user has stopped the link.
func (c *conductor) linkerGone(job distfile.Job) bool {
	for _, path := range job.Inputs {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			c.waitForLinkersEnd()
			break
		}
	}
	return c.linking.Err() != nil
}

func (c *conductor) waitForLinkersEnd() {
	select {
	case <-c.linking.Done():
	case <-time.After(lastMoment):
	}
}
