package searchpath

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"thinrex/go/clang"
	"thinrex/go/host"
	"thinrex/go/host/memo"
)

// A Question holds the arguments that decide where a compiler looks for headers, and what
// its driver makes of them.
type Question struct {
	Search []string // those that decide where headers are searched, and the language
	Driver []string // those from which the driver makes the command line of the compiler proper
	IR     []string // those of a second step that starts from IR; nil if there is none
	Env    []string
}

// Ask runs a compiler to learn its search path, which takes some 30 ms. It fails for a
// program that only starts a clang, and for targets and kinds of folder that thinrex
// doesn't understand.
func Ask(ctx context.Context, compiler string, q Question) (*SearchPath, error) {
	asked := time.Now().Add(-memo.Tick)
	var s *SearchPath
	var driver, ir string
	failures := make([]error, 3) // in a fixed order, so that the same one is reported each time
	g := sync.WaitGroup{}
	g.Go(func() { s, failures[0] = askFolders(ctx, compiler, q) })
	g.Go(func() { driver, failures[1] = askDriver(ctx, compiler, q.Env, q.Driver, os.DevNull) })
	if q.IR != nil {
		g.Go(func() { ir, failures[2] = askDriver(ctx, compiler, q.Env, q.IR, "-x", "ir", os.DevNull) })
	}
	g.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	s.asked, s.Driver, s.IRDriver = asked, driver, ir
	return s, nil
}

// askFolders asks for the folders of headers.
func askFolders(ctx context.Context, compiler string, q Question) (*SearchPath, error) {
	said, err := messagesOf(ctx, compiler, q.Env, q.Search, "-v", "-E", os.DevNull, "-o", os.DevNull)
	if err != nil {
		return nil, fmt.Errorf("the compiler doesn't print where it looks for headers (-v): %w", err)
	}
	return parseAnswer(said, compiler, q.Search)
}

// messagesOf runs a compiler and returns what it prints on standard error.
func messagesOf(ctx context.Context, compiler string, env, args []string, more ...string) (string, error) {
	exit, err := host.Run(ctx, host.Process{Path: compiler, Env: env, Args: slices.Concat(args, more)})
	switch {
	case err != nil:
		return "", err
	case exit.Code != 0:
		return "", fmt.Errorf("exit code %d", exit.Code)
	}
	return string(exit.Stderr), nil
}

const (
	cc1Line     = `(?m)^ "((?:[^"\\]|\\.)*)" "?-cc1`
	missingLine = `(?m)^ignoring (?:nonexistent|duplicate) directory "(.*)"$`
	targetLine  = `(?m)^Target: .*(windows|darwin|macos|ios)`
)

// parseAnswer takes what a compiler said.
func parseAnswer(said, compiler string, args []string) (*SearchPath, error) {
	m := regexp.MustCompile(cc1Line).FindStringSubmatch(said)
	program, _ := filepath.EvalSymlinks(compiler)
	switch {
	case m == nil || !strings.Contains(said, "\n (in-process)\n") || !isSameProgram(m[1], program):
		return nil, fmt.Errorf("%s isn't a clang itself, but may start one", compiler)
	case strings.Contains(said, "\nConfiguration file:"):
		return nil, errors.New("the compiler reads a configuration file; --no-default-config keeps it from that")
	case regexp.MustCompile(targetLine).MatchString(said):
		return nil, errors.New("the target isn't ELF")
	}
	s := &SearchPath{Folders: map[string]string{}, Installs: map[string]string{}}
	if err := s.readFolders(said); err != nil {
		return nil, err
	}
	words := clang.Split(lineOf(said, m[0]))
	s.Lists = ignoreLists(words)
	for _, dir := range installFolders(said, words, args) {
		s.Installs[dir] = installState(dir)
	}
	if len(s.Installs) > 0 {
		for _, path := range append(configurationFolders(said, program), distribution...) {
			s.Installs[path] = folderState(path, false)
		}
	}
	return s, nil
}

// isSameProgram reports whether the program that a compiler says it would run is itself.
func isSameProgram(named, itself string) bool {
	x, _ := os.Stat(named)
	y, _ := os.Stat(itself)
	return os.SameFile(x, y)
}

func (s *SearchPath) readFolders(said string) error {
	_, list, _ := strings.Cut(said, "\n#include \"...\" search starts here:")
	list, _, ended := strings.Cut(list, "\nEnd of search list.\n")
	quote, angle, _ := strings.Cut(list+"\n", "\n#include <...> search starts here:\n")
	if !ended || strings.Contains(list, " (framework directory)") || strings.Contains(list, " (headermap)") {
		return errors.New("thinrex doesn't understand where the compiler looks for headers (-v)")
	}
	s.Quote, s.Angle = dirLines(quote), dirLines(angle)
	for _, dir := range slices.Concat(s.Quote, s.Angle) {
		s.Folders[dir] = folderState(dir, true)
	}
	for _, m := range regexp.MustCompile(missingLine).FindAllStringSubmatch(said, -1) {
		s.Folders[m[1]] = folderState(m[1], true)
	}
	return nil
}

func dirLines(list string) (dirs []string) {
	for line := range strings.Lines(list) {
		if dir, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), " "); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
