// Package docs has no code of its own. Its tests read every Markdown page of the
// repository, and fail for a link that leads nowhere, a line that is too long, or
// a function that docs/architecture.md names and that isn't there any more. They
// also compare make help with the Makefile.
package docs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const repository = "../../.."

// A page is one Markdown file.
type page struct {
	path     string // from the repository's root
	lines    []line // outside of code blocks
	headings []string
}

type line struct {
	number int
	text   string
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code    = regexp.MustCompile("`[^`]*`")
	heading = regexp.MustCompile(`^#+ (.*)`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

func TestLinks(t *testing.T) {
	for _, p := range pages(t) {
		for _, l := range p.lines {
			for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(l.text, ""), -1) {
				if err := check(t, p, match[1]); err != nil {
					t.Errorf("%s:%d: %v", p.path, l.number, err)
				}
			}
		}
	}
}

// check reports a link to a file or heading that doesn't exist. Addresses of
// other sites aren't looked at.
func check(t *testing.T, from page, target string) error {
	if strings.Contains(target, "://") {
		return nil
	}
	file, fragment, hasFragment := strings.Cut(target, "#")
	path := from.path
	if file != "" {
		path = filepath.Join(filepath.Dir(from.path), file)
	}
	if _, err := os.Stat(filepath.Join(repository, path)); err != nil {
		return fmt.Errorf("the link (%s) leads to no file", target)
	}
	if hasFragment && !slices.Contains(read(t, path).headings, fragment) {
		return fmt.Errorf("the link (%s) leads to no heading of %s", target, path)
	}
	return nil
}

// Tables may be wider than 120 columns, and so may a line with an address. The
// generated page holds doc strings as they are.
func TestColumns(t *testing.T) {
	for _, p := range pages(t) {
		for _, l := range p.lines {
			exempt := strings.HasPrefix(l.text, "|") || strings.Contains(l.text, "://") || p.path == "docs/bazel-api.md"
			if n := len([]rune(l.text)); n > 120 && !exempt {
				t.Errorf("%s:%d: %d columns; break the line before the 121st", p.path, l.number, n)
			}
		}
	}
}

// pages reads all Markdown files of the repository.
func pages(t *testing.T) (all []page) {
	t.Helper()
	err := filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != repository && (entry.Name() == "bin" || strings.HasPrefix(entry.Name(), "bazel-") ||
			strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".."):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		path, err = filepath.Rel(repository, path)
		all = append(all, read(t, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("%d Markdown files below %s", len(all), repository)
	}
	return all
}

func read(t *testing.T, path string) page {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, path))
	if err != nil {
		t.Fatal(err)
	}
	p := page{path: path}
	inCode := false
	for i, text := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(text, "```") {
			inCode = !inCode
			continue
		}
		if inCode {
			continue
		}
		p.lines = append(p.lines, line{i + 1, text})
		if match := heading.FindStringSubmatch(text); match != nil {
			p.headings = append(p.headings, anchor(match[1]))
		}
	}
	return p
}

// anchor is what GitHub makes of a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}
