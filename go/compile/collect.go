package compile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"thinrex/go/action"
	"thinrex/go/bitcode"
)

// oldMark stands for what an earlier compilation left in an output's place.
const oldMark = "thinrex: nothing new\n"

// markOutputs lays a mark in each output's place in the private folder. After a failure
// it tells which outputs the compiler would have left alone and which it would have
// removed: that depends on where it failed.
func (x *execution) markOutputs() error {
	for _, out := range x.keys.outputs {
		if err := os.WriteFile(x.path(out.Name), []byte(oldMark), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// collect adds to a result the outputs that the compiler has written, of which some may
// be missing after a failure. It refuses one that holds the private folder's name.
func (x *execution) collect(result *action.Result, outputs []action.Output) error {
	for _, out := range outputs {
		data, err := os.ReadFile(x.path(out.Name))
		if errors.Is(err, fs.ErrNotExist) || string(data) == oldMark {
			continue
		}
		if err != nil {
			return err
		}
		if bitcode.Holds(data, uniqueName(x.dir)) {
			return notCached("%s would hold the name of a private folder", out.Path)
		}
		result.Outputs = append(result.Outputs, action.OutputFile{Name: out.Name, Data: data})
	}
	if result.ExitCode != 0 {
		return nil
	}
	return (&action.Action{Outputs: outputs}).Check(result)
}

// uniqueName is the part of a private folder's name that no other folder has.
func uniqueName(dir string) string { return strings.TrimPrefix(dir, filepath.Dir(filepath.Dir(dir))) }

// withdraw removes those outputs from their real places that the compiler, which has
// failed, would have removed.
func (x *execution) withdraw() error {
	for _, out := range x.keys.outputs {
		if _, err := os.Lstat(x.path(out.Name)); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Remove(out.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
