//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A project has one source, which includes a header of the project, which
// includes a library.
type project struct {
	library
	ctx     context.Context // ends the compilations
	thinrex string
	dir     string
	options []string // library.flags, with the commands in them replaced
	edits   int
}

// measure compiles the project in each way, and compares the objects.
func (p *project) measure(runs int) (row, error) {
	r := row{name: p.name}
	if err := os.Mkdir(p.dir, 0o755); err != nil {
		return r, err
	}
	options, err := expand(p.flags)
	if err != nil {
		return r, err
	}
	p.options = options
	if err := p.writeHeader(1); err != nil {
		return r, err
	}
	// The first compilation also finds out which compiler it is, once for all projects.
	if _, err := p.edit(); err != nil {
		return r, err
	}
	if _, _, err := p.throughThinrex(); err != nil {
		return r, err
	}
	for range runs {
		if err := p.compareTimes(&r); err != nil {
			return r, err
		}
	}
	if r.reason != "" {
		return r, nil
	}
	return r, p.checkHits()
}

// compareTimes compiles a source that is new, with and without thinrex.
func (p *project) compareTimes(r *row) error {
	if _, err := p.edit(); err != nil {
		return err
	}
	plain, err := p.plain()
	if err != nil {
		return err
	}
	ours, message, err := p.throughThinrex()
	if err != nil {
		return err
	}
	r.plain, r.ours = append(r.plain, plain), append(r.ours, ours)
	if !strings.HasSuffix(message, ": compiled") {
		r.reason = message
	}
	return p.compareObjects()
}

// checkHits compiles a source again, then after the project's header was touched,
// then after it was changed.
func (p *project) checkHits() error {
	header := filepath.Join(p.dir, "project.h")
	for _, step := range []struct {
		name, message string
		change        func() error
	}{
		{"again", ": hit", func() error { return nil }},
		{"with a touched header", ": hit", func() error { return os.Chtimes(header, time.Time{}, time.Now()) }},
		{"with a changed header", ": compiled", func() error { return p.writeHeader(2) }},
		{"with the header changed back", ": hit", func() error { return p.writeHeader(1) }},
	} {
		if err := step.change(); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(p.dir, "ours.o")); err != nil {
			return err
		}
		if _, err := p.plain(); err != nil {
			return err
		}
		_, message, err := p.throughThinrex()
		if err != nil {
			return err
		}
		if !strings.HasSuffix(message, step.message) {
			return fmt.Errorf("%s: thinrex said %q, not %q", step.name, message, step.message)
		}
		if err := p.compareObjects(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (p *project) writeHeader(version int) error {
	var text strings.Builder
	for include := range strings.FieldsSeq(p.include) {
		fmt.Fprintf(&text, "#include <%s>\n", include)
	}
	fmt.Fprintf(&text, "inline int version() { return %d; }\n", version)
	return os.WriteFile(filepath.Join(p.dir, "project.h"), []byte(text.String()), 0o644)
}

// edit makes the source another one, whose object is the same.
func (p *project) edit() (path string, err error) {
	p.edits++
	path = filepath.Join(p.dir, "unit.cc")
	const text = "#include \"project.h\"\nint use() { return version(); }\n// edit %d\n"
	return path, os.WriteFile(path, fmt.Appendf(nil, text, p.edits), 0o644)
}

func (p *project) command(object string) []string {
	command := []string{"clang++-22", "-std=c++17", "-O2", "-flto=thin", "-c", "unit.cc", "-o", object}
	return append(command, p.options...)
}

func (p *project) plain() (time.Duration, error) {
	took, _, err := p.run(p.command("plain.o"))
	return took, err
}

// throughThinrex returns the last line that thinrex printed.
func (p *project) throughThinrex() (took time.Duration, message string, err error) {
	cache := "--disk_cache=" + filepath.Join(filepath.Dir(p.dir), "cache")
	took, printed, err := p.run(append([]string{p.thinrex, "cc", "--verbose", cache, "--"}, p.command("ours.o")...))
	if err != nil {
		return 0, "", err
	}
	for line := range strings.Lines(string(printed)) { // the compiler may print more
		if text, ok := strings.CutPrefix(line, "thinrex: "); ok {
			message = strings.TrimSpace(text)
		}
	}
	return took, message, nil
}

func (p *project) run(command []string) (took time.Duration, printed []byte, err error) {
	cmd := exec.CommandContext(p.ctx, command[0], command[1:]...)
	cmd.Dir = p.dir
	start := time.Now()
	printed, err = cmd.CombinedOutput()
	if err != nil {
		return 0, nil, fmt.Errorf("%q: %w\n%s", command, err, printed)
	}
	return time.Since(start), printed, nil
}

func (p *project) compareObjects() error {
	var objects [2][]byte
	for i, name := range []string{"ours.o", "plain.o"} {
		data, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return err
		}
		objects[i] = data
	}
	if !bytes.Equal(objects[0], objects[1]) {
		return errors.New("thinrex's object differs from plain clang's")
	}
	return nil
}

var substitution = regexp.MustCompile(`\$\(([^)]*)\)`)

// expand runs the commands in flags.
func expand(flags string) ([]string, error) {
	var failed error
	all := substitution.ReplaceAllStringFunc(flags, func(s string) string {
		words := strings.Fields(substitution.FindStringSubmatch(s)[1])
		out, err := exec.Command(words[0], words[1:]...).Output()
		if err != nil {
			failed = fmt.Errorf("%q: %w", words, err)
		}
		return string(out)
	})
	return strings.Fields(all), failed
}
