// Package distfile reads the JSON file in which lld describes its ThinLTO
// backend compilations to a DTLTO distributor.
//
// It knows the format of the file, and which parts of a name lld changes from link
// to link. What the jobs' arguments mean to the compiler is known to packages
// link/canon and clang.
//
// Source: llvm/lib/LTO/LTO.cpp, class OutOfProcessThinBackend (LLVM 22), and
// llvm/docs/DTLTO.rst.
package distfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A File is one link's backend compilations. Paths are relative to lld's
// working directory, which is the distributor's.
type File struct {
	Common Common `json:"common"`
	Jobs   []Job  `json:"jobs"` // in link order
}

// Common is what all jobs have in common.
type Common struct {
	LinkerOutput string   `json:"linker_output"` // the file that is being linked, for messages
	Args         []string `json:"args"`          // the compiler's path ("" if lld wasn't given it), then arguments
	Inputs       []string `json:"inputs"`        // files that every job reads, such as a sample profile
}

// Compiler is the path of the compiler, as lld was given it.
func (c Common) Compiler() string { return c.Args[0] }

// A Job is one backend compilation.
type Job struct {
	Args    []string `json:"args"`    // follow Common.Args
	Inputs  []string `json:"inputs"`  // the module, its shard (summary index), the imported modules
	Outputs []string `json:"outputs"` // the native object, then others that later LLVMs may add
}

// Module is the path of the bitcode module that the job compiles.
func (j Job) Module() string { return j.Inputs[0] }

const indexOption = "-fthinlto-index="

// Shard is the path of the job's individual summary index, or "" when no
// argument names one.
func (j Job) Shard() string {
	for _, arg := range j.Args {
		if path, ok := strings.CutPrefix(arg, indexOption); ok {
			return path
		}
	}
	return ""
}

// Read parses and validates the dist-file at path. Errors name the file.
func Read(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read dist-file: %w", err)
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s is not a usable dist-file: %w", path, err)
	}
	return f, nil
}

// Parse parses and validates a dist-file's content. Unknown keys are
// tolerated: later LLVMs may add some.
func Parse(data []byte) (*File, error) {
	// A pointer tells an absent "jobs" from an empty one.
	var raw struct {
		Common *Common `json:"common"`
		Jobs   *[]Job  `json:"jobs"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&raw); err != nil {
		return nil, explainJSON(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more data after the end of the JSON object, at byte %d", dec.InputOffset())
	}
	switch {
	case raw.Common == nil:
		return nil, errors.New(`key "common" is missing`)
	case raw.Jobs == nil:
		return nil, errors.New(`key "jobs" is missing`)
	}
	f := &File{Common: *raw.Common, Jobs: *raw.Jobs}
	return f, f.validate()
}

// explainJSON replaces errors of encoding/json, which name Go types, by ones that
// make sense to a reader of the file.
func explainJSON(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is truncated: the JSON ends too early")
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON: %w, at byte %d", err, syntax.Offset)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Errorf("it holds a JSON %s instead of an object", wrong.Value)
		}
		return fmt.Errorf("key %q has the wrong type: a JSON %s, at byte %d", wrong.Field, wrong.Value, wrong.Offset)
	}
	return err
}

func (f *File) validate() error {
	if len(f.Common.Args) == 0 {
		return errors.New("common.args is empty, and holds no compiler")
	}
	if err := validPaths("common.inputs", f.Common.Inputs); err != nil {
		return err
	}
	writer := make(map[string]int, len(f.Jobs))
	for i, job := range f.Jobs {
		if len(job.Inputs) == 0 {
			return fmt.Errorf("jobs[%d] has no inputs", i)
		}
		if len(job.Outputs) == 0 {
			return fmt.Errorf("jobs[%d] (%s) has no outputs", i, job.Module())
		}
		if err := validPaths(fmt.Sprintf("jobs[%d].inputs", i), job.Inputs); err != nil {
			return err
		}
		if err := validPaths(fmt.Sprintf("jobs[%d].outputs", i), job.Outputs); err != nil {
			return err
		}
		for _, out := range job.Outputs {
			clean := filepath.Clean(out)
			if other, taken := writer[clean]; taken {
				return fmt.Errorf("jobs[%d] and jobs[%d] both write %s", other, i, out)
			}
			writer[clean] = i
		}
	}
	return f.checkInputs(writer)
}

// checkInputs fails if a job would overwrite a file that a job reads.
func (f *File) checkInputs(writer map[string]int) error {
	for i, job := range f.Jobs {
		for _, in := range job.Inputs {
			if other, written := writer[filepath.Clean(in)]; written {
				return fmt.Errorf("jobs[%d] writes %s, which jobs[%d] reads", other, in, i)
			}
		}
	}
	return nil
}

// validPaths fails for what can't be the name of a file.
func validPaths(where string, paths []string) error {
	for k, p := range paths {
		if p == "" || strings.ContainsRune(p, 0) {
			return fmt.Errorf("%s[%d] is not a file name: %q", where, k, p)
		}
	}
	return nil
}
