package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"thinrex/go/action"
	"thinrex/go/compile/commandline"
	"thinrex/go/host"
)

// checkPlaces fails unless all outputs can be put in their places. The compiler then
// runs uncached and prints its own message about the place.
func checkPlaces(in *commandline.Invocation) error {
	seen := map[string]bool{filepath.Clean(in.Source): true}
	for _, out := range outputs(in) {
		if seen[filepath.Clean(out.Path)] {
			return fmt.Errorf("%s is named twice", out.Path)
		}
		seen[filepath.Clean(out.Path)] = true
		if err := host.CheckOutput(out.Path); err != nil {
			return err
		}
	}
	return nil
}

// deliver puts outputs in their places, the object last: a process that waits for a new
// object then finds the other outputs, too.
func (r *request) deliver(result *action.Result) (*Outcome, error) {
	for _, out := range slices.Backward(r.keys.outputs) {
		data, ok := result.Output(out.Name)
		if !ok {
			continue // after a failure
		}
		if out.Name == depName {
			var err error
			if data, err = r.in.RestoreDepfile(data); err != nil {
				return nil, err
			}
		}
		// As clang does it: links to an old object keep that.
		write := overwrite
		if out.Name == objectName || out.Name == diaName {
			write = replace
		}
		if err := write(out.Path, data, 0o666); err != nil {
			return nil, err
		}
	}
	return &Outcome{ExitCode: result.ExitCode, Stdout: result.Stdout, Stderr: result.Stderr}, nil
}

// overwrite makes path hold data. A file that exists keeps its inode, and with it its
// hard links.
func overwrite(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, mode)
	if errors.Is(err, fs.ErrNotExist) {
		return replace(path, data, mode)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// replace makes path hold data, by renaming: a reader finds the old content or the new.
func replace(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	temp := filepath.Join(dir, fmt.Sprintf(".thinrex-%d-%016x", os.Getpid(), rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
