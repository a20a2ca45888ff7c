package clang

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// A memo holds what an earlier process has found out about a compiler. It is good
// as long as all names that this depended on have their states: for Debian's clang,
// some 50 calls of stat. The processor and the environment are part of the memo's
// name.
const memoHeader = "thinrex toolchain memo 3"

// memoPath returns the file of the memo.
func memoPath(path, realPath string, o ResolveOptions) string {
	key := []string{path, realPath, o.Files.Function().String(), mathClass(), strconv.Itoa(processorLevel())}
	key = append(key, loaderVariables(o.Env)...)
	return memo.Path(o.StateDir, memo.ResolvedCompiler, memo.Key(key...))
}

// loaderVariables returns the variables by which the loader and the C library choose
// libraries and functions, as entries of an environment.
func loaderVariables(env []string) (list []string) {
	for _, kv := range env {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT":
			list = append(list, kv)
		}
	}
	slices.Sort(list)
	return append(list, ProcessorVariables(env)...)
}

// loaderEnv returns an environment in which the folders of LD_LIBRARY_PATH are
// absolute. Relative ones, and an empty name, are below the folder in which the
// compiler will run; they are left out if that is an empty folder.
func loaderEnv(env []string, runsIn string) []string {
	env = slices.Clone(env)
	for i, kv := range env {
		value, ok := strings.CutPrefix(kv, "LD_LIBRARY_PATH=")
		if !ok || value == "" {
			continue
		}
		var dirs []string
		for _, dir := range strings.Split(strings.ReplaceAll(value, ";", ":"), ":") {
			switch {
			case filepath.IsAbs(dir):
				dirs = append(dirs, dir)
			case runsIn != "":
				dirs = append(dirs, filepath.Join(runsIn, dir))
			}
		}
		env[i] = "LD_LIBRARY_PATH=" + strings.Join(dirs, ":")
	}
	return env
}

// remembered returns the compiler that a memo holds; nil when there is no memo, or it
// is no longer good.
func remembered(memoFile, path, realPath string) *Compiler {
	data, ok := memo.Read(memoFile)
	if !ok {
		return nil
	}
	lines := strings.Split(string(data), "\n")
	last := len(lines) - 1
	if last < 6 || lines[0] != memoHeader || lines[last] != memoHeader || len(lines[1]) != 2*digest.Size {
		return nil
	}
	c := &Compiler{Path: path, Identity: lines[1], Name: lines[2], Processor: lines[3], frontend: realPath}
	if json.Unmarshal([]byte(lines[4]), &c.Defaults) != nil {
		return nil
	}
	for _, line := range lines[5:last] {
		state, name, ok := strings.Cut(line, " ")
		if !ok || name == "" || !isUnchanged(name, state) {
			return nil
		}
	}
	return c
}

// remember writes the memo. It ignores errors: without a memo, the next process
// resolves the compiler again.
func (c *Compiler) remember(memoFile string, w *nameStates) {
	if w.unsure || strings.Contains(c.Processor, "\n") {
		return
	}
	defaults, err := json.Marshal(c.Defaults)
	if err != nil {
		return
	}
	lines := []string{memoHeader, c.Identity, c.Name, c.Processor, string(defaults)}
	for name, state := range w.states {
		lines = append(lines, state+" "+name)
	}
	slices.Sort(lines[5:])
	_ = memo.Write(memoFile, []byte(strings.Join(append(lines, memoHeader), "\n")))
}
