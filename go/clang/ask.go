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

// answers are what a compiler says of itself.
type answers struct {
	Version  string // --version, less its folders
	Frontend string // the program that compiles, real path; "" when it doesn't tell
	Commands string // what a launcher would run for a job; "" for a compiler
}

// fromItself reports whether the program at a real path compiles by itself.
func (a answers) fromItself(real string) bool { return a.Frontend == real && a.Commands == "" }

// ask runs the compiler twice or, a launcher, three times (some 50 ms), or takes
// the answers of an earlier link. Only a program that compiles by itself is
// believed to answer the same for as long as its bytes are the same: a launcher
// may look elsewhere tomorrow.
func ask(ctx context.Context, path, real string, programs []string, o ResolveOptions) (answers, error) {
	earlier := memo.Path(o.StateDir, memo.CompilerAnswers, memo.Key(slices.Concat(programs, []string{path, real})...))
	if known, ok := readAnswers(earlier); ok && known.fromItself(real) {
		return known, nil
	}
	got, err := askNow(ctx, path, real, o)
	if err != nil {
		return answers{}, err
	}
	if got.fromItself(real) {
		writeAnswers(earlier, got)
	}
	return got, nil
}

// askTimeout bounds a compiler that hangs on --version.
const askTimeout = 30 * time.Second

// askNow fails when the compiler can't be run at all. A program that runs and
// doesn't answer is known by its bytes alone, and its jobs will say what is
// wrong with it.
func askNow(ctx context.Context, path, real string, o ResolveOptions) (a answers, err error) {
	// An empty folder, so that a stray program leaves nothing behind.
	empty, err := os.MkdirTemp("", "thinrex-ask-")
	if err != nil {
		return a, fmt.Errorf("no temporary folder (is TMPDIR right?): %w", err)
	}
	defer os.RemoveAll(empty)
	g, groupCtx := errgroup.WithContext(ctx)
	g.Go(func() error {
		out, err := output(groupCtx, path, empty, o.Env, "--version")
		a.Version = withoutFolders(out)
		return err
	})
	g.Go(func() error {
		out, err := output(groupCtx, path, empty, o.Env, "-###", "-c", "-x", "ir", os.DevNull)
		a.Frontend = frontend(out)
		return err
	})
	if err := g.Wait(); err != nil || a.Frontend == real {
		return a, err
	}
	// A launcher: what does it make of the jobs' arguments?
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return a, err
	}
	out, err := output(ctx, path, dir, o.Env, slices.Concat(o.Args, []string{"-###", "-x", "ir", os.DevNull})...)
	a.Frontend = frontend(out)
	// A launcher may print more, such as its process id: that would give each link
	// another key.
	isCommand := func(line string) bool { return strings.HasPrefix(line, ` "`) }
	a.Commands = linesThat(isCommand, string(bytes.ReplaceAll(out, []byte(dir), []byte("."))))
	isVersion := func(line string) bool { return strings.Contains(line, "clang version ") }
	if version := linesThat(isVersion, a.Version); version != "" {
		a.Version = version
	}
	return a, err
}

// linesThat returns those lines of a text for which keep is true.
func linesThat(keep func(string) bool, text string) string {
	return strings.Join(slices.DeleteFunc(slices.Collect(strings.Lines(text)),
		func(line string) bool { return !keep(line) }), "")
}

// output returns all that the program prints within askTimeout.
func output(ctx context.Context, path, dir string, env []string, args ...string) ([]byte, error) {
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

// withoutFolders drops the lines of clang --version that say where it lies.
func withoutFolders(version []byte) string {
	return linesThat(func(line string) bool {
		return !strings.HasPrefix(line, "InstalledDir:") && !strings.HasPrefix(line, "Configuration file:")
	}, string(version))
}

// frontend finds the program of the compiler proper's command line, as -### prints
// it. A program that is many in one (llvm) is told which of them in between.
func frontend(commands []byte) string {
	m := regexp.MustCompile(`(?m)^ "((?:[^"\\]|\\.)*)" (?:"[^-"][^"]*" )?"-cc1"`).FindSubmatch(commands)
	if m == nil {
		return ""
	}
	return absolute(string(unescape(m[1])))
}

func unescape(s []byte) []byte {
	s = bytes.ReplaceAll(s, []byte(`\"`), []byte(`"`))
	return bytes.ReplaceAll(s, []byte(`\\`), []byte(`\`))
}

// readAnswers returns what an earlier process has written.
func readAnswers(path string) (a answers, ok bool) {
	data, ok := memo.Read(path)
	ok = ok && json.Unmarshal(data, &a) == nil
	return a, ok
}

// writeAnswers is best effort: without it the next link asks again.
func writeAnswers(path string, a answers) {
	if data, err := json.Marshal(a); err == nil {
		_ = memo.Write(path, data)
	}
}
