package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"thinrex/go/action"
)

// ErrNotEmpty says that a folder isn't there for us: it holds something.
var ErrNotEmpty = errors.New("isn't empty")

// The names in the folder of LayOut.
const (
	inputsFolder = "inputs" // as the compiler reads them
	cachedFolder = "cached" // what the cache has
	workFolder   = "work"   // made by the script
	scriptName   = "run.sh"
)

// LayOut makes a folder with the inputs of an action, the cached result, which may be nil,
// and the script that runs it and compares. The folder may be there if it is empty. What
// fails, or is stopped, leaves nothing.
func (r *Recipe) LayOut(ctx context.Context, from Source, dir string, cached *action.Result) (err error) {
	made, err := emptyFolder(dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			for _, name := range []string{inputsFolder, cachedFolder, scriptName} {
				err = errors.Join(err, root.RemoveAll(name))
			}
		}
		err = errors.Join(err, root.Close())
		if err != nil && made {
			_ = os.Remove(dir)
		}
	}()
	if err := r.writeInputs(ctx, from, root, inputsFolder); err != nil {
		return err
	}
	if cached != nil {
		for _, out := range cached.Outputs {
			if err := writeFile(root, path.Join(cachedFolder, out.Name), out.Data, 0o644); err != nil {
				return err
			}
		}
	}
	return writeFile(root, scriptName, []byte(r.script(cached)), 0o755)
}

// emptyFolder makes a folder, or accepts an empty one. It reports whether it made it.
func emptyFolder(dir string) (made bool, err error) {
	err = os.Mkdir(dir, 0o755)
	if !errors.Is(err, fs.ErrExist) {
		return err == nil, err
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s %w", dir, ErrNotEmpty)
	}
	return false, err
}

// writeInputs writes the action's inputs below a folder of root.
func (r *Recipe) writeInputs(ctx context.Context, from Source, root *os.Root, below string) error {
	if err := root.MkdirAll(below, 0o755); err != nil {
		return err
	}
	for _, in := range r.Inputs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		data, err := from.Blob(ctx, in.Digest)
		if err != nil {
			return fmt.Errorf("input %s of %v: %w", in.Name, r.Key, err)
		}
		mode := fs.FileMode(0o644)
		if in.Executable {
			mode = 0o755
		}
		if err := writeFile(root, path.Join(below, in.Name), data, mode); err != nil {
			return err
		}
	}
	return nil
}

// writeFile makes a new file, and the folders above it.
func writeFile(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
