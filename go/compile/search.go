package compile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"thinrex/go/execute"
)

// A searchPath is where a compiler looks for headers, in order, as it says
// itself (-v).
type searchPath struct {
	Quote, Angle []string
	// Folders tell folders that the answer depends on from later ones by the
	// same name: those searched, those that aren't there or are searched under
	// another name already, and those that installations of GCC are looked for
	// in.
	Folders map[string]string
}

// find returns the search path. It asks the compiler, some 25 ms, unless
// it has answered the same question before and the folders are as they were.
func (c *compilation) find(ctx context.Context) (*searchPath, error) {
	args := slices.Concat(c.finding, []string{"-x", c.language})
	memo := ""
	if c.StateDir != "" {
		sum := sha256.Sum256([]byte(strings.Join(slices.Concat([]string{c.compiler.Path, c.compiler.Identity, c.Dir}, args, c.env), "\x00")))
		memo = filepath.Join(c.StateDir, "search-"+hex.EncodeToString(sum[:16])+".json")
		var known searchPath
		if data, err := os.ReadFile(memo); err == nil && json.Unmarshal(data, &known) == nil && known.stands() {
			return &known, nil
		}
	}
	asked := time.Now().Add(-coarse)
	exit, err := execute.Run(ctx, execute.Process{
		Path: c.compiler.Path, Env: c.Env,
		Args: slices.Concat(args, []string{"-v", "-E", os.DevNull, "-o", os.DevNull}),
	})
	if err != nil {
		return nil, err
	}
	if exit.Code != 0 {
		return nil, plain("the compiler doesn't say where it looks for headers")
	}
	s, err := c.readSearch(string(exit.Stderr))
	if err == nil && memo != "" && s.olderThan(asked) {
		if data, err := json.Marshal(s); err == nil {
			_ = replace(memo, data, 0o666) // the next compilation only asks again
		}
	}
	return s, err
}

var (
	cc1Line     = regexp.MustCompile(`(?m)^ "((?:[^"\\]|\\.)*)" "?-cc1`)
	missingLine = regexp.MustCompile(`(?m)^ignoring (?:nonexistent|duplicate) directory "(.*)"$`)
	gccLine     = regexp.MustCompile(`(?m)^Found candidate GCC installation: (.*)$`)
	targetLine  = regexp.MustCompile(`(?m)^Target: .*(windows|darwin|macos|ios)`)
)

func (c *compilation) readSearch(said string) (*searchPath, error) {
	m := cc1Line.FindStringSubmatch(said)
	real, _ := filepath.EvalSymlinks(c.compiler.Path)
	switch {
	case m == nil || !strings.Contains(said, "\n (in-process)\n") || !sameFile(m[1], real):
		return nil, plain("%s isn't a clang, but may start one", c.compiler.Path)
	case strings.Contains(said, "\nConfiguration file:"):
		return nil, plain("the compiler reads a configuration file (--no-default-config keeps it from that)")
	case targetLine.MatchString(said):
		return nil, plain("the target isn't ELF")
	}
	s := &searchPath{Folders: map[string]string{filepath.Dir(real): ""}}
	_, list, _ := strings.Cut(said, "\n#include \"...\" search starts here:\n")
	list, _, ended := strings.Cut(list, "\nEnd of search list.\n")
	quote, angle, both := strings.Cut("\n"+list+"\n", "\n#include <...> search starts here:\n")
	if !ended || !both || strings.Contains(list, " (framework directory)") || strings.Contains(list, " (headermap)") {
		return nil, plain("where the compiler looks for headers isn't understood")
	}
	s.Quote, s.Angle = dirLines(quote), dirLines(angle)
	for _, m := range missingLine.FindAllStringSubmatch(said, -1) {
		s.Folders[m[1]] = ""
	}
	for _, m := range gccLine.FindAllStringSubmatch(said, -1) {
		s.Folders[filepath.Dir(m[1])] = ""
	}
	for _, dir := range slices.Concat(s.Quote, s.Angle) {
		s.Folders[dir] = ""
	}
	for dir := range s.Folders {
		s.Folders[dir] = folderState(dir, listed(dir, s))
	}
	return s, nil
}

// listed reports whether files in dir are looked up one by one, so that its
// list of files needn't stay.
func listed(dir string, s *searchPath) bool {
	return slices.Contains(s.Quote, dir) || slices.Contains(s.Angle, dir)
}

func dirLines(list string) (dirs []string) {
	for line := range strings.Lines(list) {
		if dir, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), " "); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// stands reports whether all folders are what they were.
func (s *searchPath) stands() bool {
	for dir, state := range s.Folders {
		if folderState(dir, listed(dir, s)) != state {
			return false
		}
	}
	return true
}

// olderThan reports whether no folder has changed since.
func (s *searchPath) olderThan(t time.Time) bool {
	for dir := range s.Folders {
		if fi, err := os.Stat(dir); err == nil && !listed(dir, s) && mayBeAfter(fi.ModTime(), t) {
			return false
		}
	}
	return true
}
