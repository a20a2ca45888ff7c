package reapitest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/host"
)

// RunCommands is an ExecuteFunc that runs the command on this machine, in a directory
// that holds its input root, with its environment only. It isn't a sandbox. Output
// directories aren't supported.
func RunCommands(ctx context.Context, job *Job) (*Result, error) {
	root, err := job.s.scratch.dir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	if err := job.writeInputs(root); err != nil {
		return nil, err
	}
	wd := filepath.Join(root, filepath.FromSlash(job.Command.GetWorkingDirectory()))
	for _, out := range job.Outputs() {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(wd, filepath.FromSlash(out))), 0o755); err != nil {
			return nil, err
		}
	}
	env := []string{} // nil would mean our own
	for _, v := range job.Command.GetEnvironmentVariables() {
		env = append(env, v.GetName()+"="+v.GetValue())
	}
	args := job.Command.GetArguments()
	program, err := job.program()
	if err != nil {
		return nil, err
	}
	exit, err := host.Run(ctx, host.Process{Path: program, Args: args[1:], Dir: wd, Env: env})
	switch {
	case errors.Is(err, host.ErrStart):
		return nil, status.Errorf(codes.InvalidArgument, "run %s: %v", args[0], err)
	case err != nil:
		return nil, err
	}
	r := &Result{ExitCode: exit.Code, Stdout: exit.Stdout, Stderr: exit.Stderr}
	if exit.Signal != "" {
		r.ExitCode, r.Message = 137, "ended by signal: "+exit.Signal
	}
	return r, r.collect(wd, job.Outputs())
}

// program returns the path of arguments[0]. A name with a slash is relative to the
// working directory; another name is looked up in the PATH of the command's
// environment.
func (j *Job) program() (string, error) {
	name := j.Command.GetArguments()[0]
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, v := range j.Command.GetEnvironmentVariables() {
		if v.GetName() != "PATH" {
			continue
		}
		for _, dir := range filepath.SplitList(v.GetValue()) {
			p := filepath.Join(dir, name)
			if fi, err := os.Stat(p); filepath.IsAbs(dir) && err == nil && fi.Mode().IsRegular() {
				return p, nil
			}
		}
	}
	return "", status.Errorf(codes.InvalidArgument, "%s isn't in the command's PATH", name)
}

// writeInputs makes the input root.
func (j *Job) writeInputs(root string) error {
	if err := os.MkdirAll(filepath.Join(root, filepath.FromSlash(j.Command.GetWorkingDirectory())), 0o755); err != nil {
		return err
	}
	for _, in := range j.Inputs {
		p := filepath.Join(root, filepath.FromSlash(in.Path))
		var err error
		switch {
		case in.Dir:
			err = os.MkdirAll(p, 0o755)
		case in.Target != "":
			err = os.Symlink(in.Target, p)
		default:
			err = j.writeInput(in, p)
		}
		if err != nil {
			return fmt.Errorf("write input %s: %w", in.Path, err)
		}
	}
	return nil
}

// linkFrom is the size in bytes from which inputs are hard links to one copy, because
// a compiler's libraries are large. Small inputs are written.
const linkFrom = 1 << 20

// writeInput makes one input file.
func (j *Job) writeInput(in Input, p string) error {
	data, ok := j.s.blobs.get(in.Digest)
	if !ok { // removed since loadJob
		return j.s.missing([]digest.Digest{in.Digest}, j.function)
	}
	if len(data) < linkFrom {
		if in.Executable {
			return writeProgram(p, data)
		}
		return os.WriteFile(p, data, 0o644)
	}
	original, err := j.s.scratch.file(in.Digest, data)
	if err != nil {
		return err
	}
	return os.Link(original, p)
}

// writeProgram writes a file that can be run at once. A process that is forked while
// the file is open for writing would hold it open for a moment, and running it would
// fail with "text file busy".
func writeProgram(p string, data []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(p, data, 0o755)
}

// collect reads the outputs that the command has written.
func (r *Result) collect(wd string, paths []string) error {
	for _, path := range paths {
		p := filepath.Join(wd, filepath.FromSlash(path))
		fi, err := os.Lstat(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		out := Output{Path: path, Executable: fi.Mode()&0o111 != 0}
		switch {
		case fi.Mode().IsRegular():
			out.Data, err = os.ReadFile(p)
		case fi.Mode()&fs.ModeSymlink != 0:
			out.Target, err = os.Readlink(p)
		default:
			err = status.Errorf(codes.Unimplemented, "output %s isn't a file", path)
		}
		if err != nil {
			return err
		}
		r.Outputs = append(r.Outputs, out)
	}
	return nil
}
