package clang

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"thinrex/go/host"
	"thinrex/go/host/memo"
)

// answers are what a compiler, when it is run, tells about itself.
type answers struct {
	Version  string // what --version prints, without the lines that name folders
	Frontend string // the program that compiles, without symbolic links; "" when -### doesn't name it
	Commands string // what a launcher would run for a job; "" for a compiler
	Defaults Defaults
}

// fromItself reports whether the program at a path without symbolic links
// compiles by itself, and doesn't launch another program.
func (a answers) fromItself(realPath string) bool { return a.Frontend == realPath && a.Commands == "" }

// askCompiler returns the answers of the program at path. It runs a compiler twice
// and a launcher three times (some 50 ms), or takes the answers that an earlier
// process has remembered. Those of a launcher aren't remembered: it may start
// another compiler tomorrow, though its own bytes are the same.
func askCompiler(ctx context.Context, path, realPath string, digests []string, o ResolveOptions) (answers, error) {
	key := slices.Concat(digests, []string{path, realPath, "with defaults"})
	earlier := memo.Path(o.StateDir, memo.CompilerAnswers, memo.Key(key...))
	if known, ok := readAnswers(earlier); ok && known.fromItself(realPath) {
		return known, nil
	}
	got, err := askByRunning(ctx, path, realPath, o)
	if err != nil {
		return answers{}, err
	}
	if got.fromItself(realPath) {
		writeAnswers(earlier, got)
	}
	return got, nil
}

// askTimeout bounds a compiler that hangs on --version.
const askTimeout = 30 * time.Second

// askByRunning runs the program. It fails only when that is impossible. Of a program
// that runs and doesn't answer, the identity holds the bytes alone; its jobs will
// show what is wrong with it.
func askByRunning(ctx context.Context, path, realPath string, o ResolveOptions) (a answers, err error) {
	// An empty folder, so that a stray program leaves nothing behind.
	empty, err := os.MkdirTemp("", "thinrex-ask-")
	if err != nil {
		return a, fmt.Errorf("create a temporary folder to run %s in (is TMPDIR right?): %w", path, err)
	}
	defer os.RemoveAll(empty)
	g, groupCtx := errgroup.WithContext(ctx)
	g.Go(func() error {
		out, err := outputOf(groupCtx, path, empty, o.Env, "--version")
		a.Version = withoutFolders(out)
		return err
	})
	g.Go(func() error {
		out, err := outputOf(groupCtx, path, empty, o.Env, "-###", "-v", "-c", "-x", "ir", os.DevNull)
		a.Frontend, a.Defaults = frontendIn(out), defaultsIn(out)
		return err
	})
	if err := g.Wait(); err != nil || a.Frontend == realPath {
		return a, err
	}
	// It is a launcher: find out what it makes of the jobs' arguments.
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return a, err
	}
	out, err := outputOf(ctx, path, dir, o.Env, slices.Concat(o.Args, []string{"-###", "-x", "ir", os.DevNull})...)
	a.Frontend = frontendIn(out)
	// A launcher may print more, such as its process id, by which no two links would
	// have the same keys.
	isCommand := func(line string) bool { return strings.HasPrefix(line, ` "`) }
	a.Commands = filterLines(isCommand, string(bytes.ReplaceAll(out, []byte(dir), []byte("."))))
	isVersion := func(line string) bool { return strings.Contains(line, "clang version ") }
	if version := filterLines(isVersion, a.Version); version != "" {
		a.Version = version
	}
	return a, err
}

// filterLines returns the lines of a text for which keep is true.
func filterLines(keep func(string) bool, text string) string {
	return strings.Join(slices.DeleteFunc(slices.Collect(strings.Lines(text)),
		func(line string) bool { return !keep(line) }), "")
}

// outputOf runs a program and returns what it prints on both streams. One that
// doesn't end within askTimeout is unusable.
func outputOf(ctx context.Context, path, dir string, env []string, args ...string) ([]byte, error) {
	bounded, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	exit, err := host.Run(bounded, host.Process{Path: path, Args: args, Dir: dir, Env: env})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, host.ErrStart):
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %s %s took longer than %v", ErrUnusable, path, strings.Join(args, " "), askTimeout)
	}
	return append(exit.Stdout, exit.Stderr...), nil
}

// withoutFolders drops the lines of clang --version that name folders.
func withoutFolders(version []byte) string {
	return filterLines(func(line string) bool {
		return !strings.HasPrefix(line, "InstalledDir:") && !strings.HasPrefix(line, "Configuration file:")
	}, string(version))
}

// frontendIn returns the program of the compiler proper, without symbolic links,
// from the commands that -### prints; "" if there is none. Between that program and
// -cc1 may stand the name of a tool, for a program that is many tools in one (llvm).
func frontendIn(commands []byte) string {
	m := regexp.MustCompile(`(?m)^ "((?:[^"\\]|\\.)*)" (?:"[^-"][^"]*" )?"-cc1"`).FindSubmatch(commands)
	if m == nil {
		return ""
	}
	return regularFile(string(unescape(m[1])))
}

func unescape(s []byte) []byte {
	s = bytes.ReplaceAll(s, []byte(`\"`), []byte(`"`))
	return bytes.ReplaceAll(s, []byte(`\\`), []byte(`\`))
}

// readAnswers returns the answers that an earlier process has written to a file.
func readAnswers(path string) (a answers, ok bool) {
	data, ok := memo.Read(path)
	ok = ok && json.Unmarshal(data, &a) == nil
	return a, ok
}

// writeAnswers ignores errors: without the file, the next process runs the compiler
// again.
func writeAnswers(path string, a answers) {
	if data, err := json.Marshal(a); err == nil {
		_ = memo.Write(path, data)
	}
}
