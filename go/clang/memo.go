package clang

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// A memo is what an earlier process has resolved. With it, the compiler and
// its libraries are only looked at from outside, which for Debian's clang is some 50
// calls of stat. What the processor and the environment have a say in isn't
// looked up but part of the memo's name.
const memoHeader = "thinrex toolchain memo 2"

func memoPath(path, real string, o ResolveOptions) string {
	key := []string{path, real, o.Files.Function().String(), mathClass(), strconv.Itoa(processorLevel())}
	key = append(key, loaderVariables(o.Env)...)
	return memo.Path(o.StateDir, memo.ResolvedCompiler, memo.Key(key...))
}

// loaderVariables are those by which the loader and the C library choose what a
// program is made of.
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

// loaderEnv makes the folders of LD_LIBRARY_PATH absolute. They are relative to the
// folder in which the compiler will run, and an empty name means that one. In an
// empty folder there is nothing to find.
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

// remembered returns nil when there is no memo, or when it no longer holds.
func remembered(resolved, path, real string) *Compiler {
	data, ok := memo.Read(resolved)
	if !ok {
		return nil
	}
	lines := strings.Split(string(data), "\n")
	last := len(lines) - 1
	if last < 5 || lines[0] != memoHeader || lines[last] != memoHeader || len(lines[1]) != 2*digest.Size {
		return nil
	}
	for _, line := range lines[4:last] {
		state, name, ok := strings.Cut(line, " ")
		if !ok || name == "" || !stands(name, state) {
			return nil
		}
	}
	return &Compiler{Path: path, Identity: lines[1], Name: lines[2], Processor: lines[3], frontend: real}
}

// remember is best effort: without a memo the next process resolves anew.
func (c *Compiler) remember(resolved string, w *witness) {
	if w.unsure || strings.Contains(c.Processor, "\n") {
		return
	}
	lines := []string{memoHeader, c.Identity, c.Name, c.Processor}
	for name, state := range w.states {
		lines = append(lines, state+" "+name)
	}
	slices.Sort(lines[4:])
	_ = memo.Write(resolved, []byte(strings.Join(append(lines, memoHeader), "\n")))
}
