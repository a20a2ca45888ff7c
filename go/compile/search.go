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
	Lists        []string // ignore lists that sanitizers find on their own
	// Folders tell folders that the answer depends on from later ones by the
	// same name: those searched, and those that aren't there or are searched
	// under another name already.
	Folders map[string]string
	// Installs tell those in which the driver looks for what is installed from
	// themselves with other files. If they aren't known, the compiler is asked
	// each time.
	Installs map[string]string
}

// findHeaders returns the search path. It asks the compiler, some 25 ms, unless
// it has answered the same question before and the folders are as they were.
func (c *compilation) findHeaders(ctx context.Context) (*searchPath, error) {
	args := slices.Concat(c.searchArgs, []string{"-x", c.language})
	memo := ""
	if c.StateDir != "" {
		sum := sha256.Sum256([]byte(strings.Join(slices.Concat([]string{c.compiler.Path, c.compiler.Identity, c.Dir}, args, c.env), "\x00")))
		memo = filepath.Join(c.StateDir, "search-"+hex.EncodeToString(sum[:16])+".json")
		var known searchPath
		if data, err := os.ReadFile(memo); err == nil && json.Unmarshal(data, &known) == nil && len(known.Installs) > 0 && known.stands() {
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
	if err == nil && memo != "" && len(s.Installs) > 0 && s.olderThan(asked) {
		if data, err := json.Marshal(s); err == nil {
			_ = replace(memo, data, 0o666) // the next compilation only asks again
		}
	}
	return s, err
}

const (
	cc1Line     = `(?m)^ "((?:[^"\\]|\\.)*)" "?-cc1`
	missingLine = `(?m)^ignoring (?:nonexistent|duplicate) directory "(.*)"$`
	targetLine  = `(?m)^Target: .*(windows|darwin|macos|ios)`
)

func (c *compilation) readSearch(said string) (*searchPath, error) {
	m := regexp.MustCompile(cc1Line).FindStringSubmatch(said)
	real, _ := filepath.EvalSymlinks(c.compiler.Path)
	switch {
	case m == nil || !strings.Contains(said, "\n (in-process)\n") || !sameFile(m[1], real):
		return nil, plain("%s isn't a clang, but may start one", c.compiler.Path)
	case strings.Contains(said, "\nConfiguration file:"):
		return nil, plain("the compiler reads a configuration file (--no-default-config keeps it from that)")
	case regexp.MustCompile(targetLine).MatchString(said):
		return nil, plain("the target isn't ELF")
	}
	s := &searchPath{Folders: map[string]string{}, Installs: map[string]string{}}
	_, list, _ := strings.Cut(said, "\n#include \"...\" search starts here:")
	list, _, ended := strings.Cut(list, "\nEnd of search list.\n")
	quote, angle, _ := strings.Cut(list+"\n", "\n#include <...> search starts here:\n")
	if !ended || strings.Contains(list, " (framework directory)") || strings.Contains(list, " (headermap)") {
		return nil, plain("where the compiler looks for headers isn't understood")
	}
	s.Quote, s.Angle = dirLines(quote), dirLines(angle)
	for _, m := range regexp.MustCompile(missingLine).FindAllStringSubmatch(said, -1) {
		s.Folders[m[1]] = ""
	}
	for _, dir := range slices.Concat(s.Quote, s.Angle) {
		s.Folders[dir] = ""
	}
	for dir := range s.Folders {
		s.Folders[dir] = folderState(dir, true)
	}
	words := tokenize(lineOf(said, m[0]))
	s.Lists = ignoreLists(words)
	for _, dir := range installs(said, words, c.searchArgs) {
		s.Installs[dir] = folderState(dir, false)
	}
	if len(s.Installs) > 0 {
		s.Installs[filepath.Dir(real)] = folderState(filepath.Dir(real), false) // where configuration files are looked for
	}
	return s, nil
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
		if folderState(dir, true) != state {
			return false
		}
	}
	for dir, state := range s.Installs {
		if folderState(dir, false) != state {
			return false
		}
	}
	return true
}

// olderThan reports whether nothing has been installed since.
func (s *searchPath) olderThan(t time.Time) bool {
	for dir := range s.Installs {
		if fi, err := os.Stat(dir); err == nil && mayBeAfter(lastChange(fi), t) {
			return false
		}
	}
	return true
}
