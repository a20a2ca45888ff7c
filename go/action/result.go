package action

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"thinrex/go/object"
)

// A Result is what the compiler did for an action: exit code, messages and outputs,
// with canonical names. It looks the same from a cache, a local run or a server.
type Result struct {
	ExitCode       int
	Signal         string // the signal that ended the compiler; "" for none
	Stdout, Stderr []byte
	Outputs        []OutputFile
	Began          time.Time     // when the compiler was started; of no use unless Ran is known
	Ran            time.Duration // how long the compiler ran, now or when the result was made; 0 if unknown
	Message        string        // what the service itself tells about the execution; may be ""
	Service        string        // the one whose worker ran the action, or whose cache had the result; "" for this machine
	Cached         bool          // it comes from a cache
	Release        func()        // gives back what was reserved for the memory of the result; may be nil
}

// Done must be called when a result, which may be nil, is no longer used.
func (r *Result) Done() {
	if r != nil && r.Release != nil {
		r.Release()
		r.Release = nil
	}
}

// An OutputFile is one file that the compiler wrote.
type OutputFile struct {
	Name string // canonical
	Data []byte
}

// Output returns the content of the output with a canonical name.
func (r *Result) Output(name string) (data []byte, ok bool) {
	for _, out := range r.Outputs {
		if out.Name == name {
			return out.Data, true
		}
	}
	return nil, false
}

// OutputsSum is equal for results with the same outputs. Messages don't count: some
// compilers print how long they took.
func (r *Result) OutputsSum() (sum [sha256.Size]byte) {
	h := sha256.New()
	outputs := slices.Clone(r.Outputs)
	slices.SortFunc(outputs, func(x, y OutputFile) int { return strings.Compare(x.Name, y.Name) })
	for _, out := range outputs {
		_ = binary.Write(h, binary.LittleEndian, [2]int64{int64(len(out.Name)), int64(len(out.Data))})
		_, _ = io.WriteString(h, out.Name)
		_, _ = h.Write(out.Data)
	}
	h.Sum(sum[:0])
	return sum
}

// ExitError says how the compiler failed; nil if it exited with 0.
func (r *Result) ExitError() error {
	switch {
	case r.Signal != "":
		return fmt.Errorf("signal: %s", r.Signal)
	case r.ExitCode != 0:
		return fmt.Errorf("exit status %d", r.ExitCode)
	}
	return nil
}

// Failure says why a result can't be used: the compiler failed, or what it wrote
// isn't sound. It is nil for a result that may be stored and delivered.
func (a *Action) Failure(r *Result) error {
	if err := r.ExitError(); err != nil {
		return err
	}
	return a.Check(r)
}

// Check returns an error for a result that can't be right although the compiler
// exited with 0. clang exits with 0 and an empty object when an import is missing or
// the shard is corrupt (LLVM #75441), and lld silently drops empty objects.
func (a *Action) Check(r *Result) error {
	for _, want := range a.Outputs {
		data, ok := r.Output(want.Name)
		if !ok && !want.Optional {
			return fmt.Errorf("the compiler wrote no %s", want.Path)
		}
		if want.Name == a.Outputs[0].Name {
			if err := object.Check(data); err != nil {
				return fmt.Errorf("%s %w", want.Path, err)
			}
		}
	}
	for _, got := range r.Outputs {
		if !a.declares(got.Name) {
			return fmt.Errorf("output %q wasn't asked for", got.Name)
		}
	}
	return nil
}

func (a *Action) declares(name string) bool {
	for _, out := range a.Outputs {
		if out.Name == name {
			return true
		}
	}
	return false
}
