package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"thinrex/go/action"
)

// writable makes sure that the outputs can be put in their places. Where they
// can't, the compiler has words of its own for it.
func (in *invocation) writable() error {
	seen := map[string]bool{filepath.Clean(in.source): true}
	for _, out := range in.outputs() {
		if seen[filepath.Clean(out.Path)] {
			return plain("%s is named twice", out.Path)
		}
		seen[filepath.Clean(out.Path)] = true
		dir, err := os.Stat(filepath.Dir(out.Path))
		if err != nil || !dir.IsDir() {
			return plain("there is no folder for %s", out.Path)
		}
		fi, err := os.Lstat(out.Path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || !fi.Mode().IsRegular() {
			return plain("%s isn't a regular file", out.Path)
		}
		f, err := os.OpenFile(out.Path, os.O_WRONLY, 0)
		if err != nil {
			return plain("%s can't be written", out.Path)
		}
		f.Close()
	}
	return nil
}

// deliver puts outputs in their places. After a failure there is no object, as
// with the compiler itself.
func (c *compilation) deliver(r *action.Result) (*Outcome, error) {
	for _, out := range c.keys.outputs {
		data, ok := r.Output(out.Name)
		if !ok {
			if err := os.Remove(out.Path); out.Name == objectName && err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue
		}
		if out.Name == depName {
			data = c.paths.restore(data)
		}
		if err := replace(out.Path, data, 0o666); err != nil {
			return nil, err
		}
	}
	return &Outcome{r.ExitCode, r.Stdout, r.Stderr}, nil
}

// replace makes path hold data, at once.
func replace(path string, data []byte, mode fs.FileMode) error {
	if path == "" {
		return nil
	}
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
