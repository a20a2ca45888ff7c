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
	version int      // of the header
}

// measure compiles the project in each way, and compares the outputs.
func (p *project) measure(runs int) (row, error) {
	r := row{name: p.name}
	options, err := expand(p.flags)
	if err != nil {
		return r, err
	}
	p.options = options
	if err := os.Mkdir(p.dir, 0o755); err != nil {
		return r, err
	}
	for name, text := range map[string]string{
		"unit.cc":  "#include \"project.h\"\nint use() { return version(); }\n",
		"first.cc": "int first;\n",
	} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
			return r, err
		}
	}
	for range runs {
		if err := p.runOnce(&r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// runOnce goes through all cases, with an empty cache at the beginning.
func (p *project) runOnce(r *row) error {
	if err := errors.Join(os.RemoveAll(p.cache()), p.changeHeader()); err != nil {
		return err
	}
	// This one finds out which compiler it is, once for all sources.
	if _, _, err := p.throughThinrex("first.cc"); err != nil {
		return err
	}
	if err := p.miss(r, "plain", &r.cold); err != nil || r.reason != "" {
		return err
	}
	header := filepath.Join(p.dir, "project.h")
	if err := p.hit(&r.hit); err != nil {
		return err
	}
	if err := os.Chtimes(header, time.Time{}, time.Now()); err != nil {
		return err
	}
	if err := p.hit(&r.touched); err != nil {
		return fmt.Errorf("after a touched header: %w", err)
	}
	old, err := os.ReadFile(header)
	if err != nil {
		return err
	}
	if err := p.changeHeader(); err != nil {
		return err
	}
	if err := p.miss(r, "changed", &r.changed); err != nil {
		return fmt.Errorf("after a changed header: %w", err)
	}
	if err := os.WriteFile(header, old, 0o644); err != nil {
		return err
	}
	return p.hit(new([]time.Duration))
}

// changeHeader writes another version of the project's header. Nearly every C++ source
// reads <string> and <vector>, whatever else it includes.
func (p *project) changeHeader() error {
	var text strings.Builder
	for include := range strings.FieldsSeq("string vector " + p.include) {
		fmt.Fprintf(&text, "#include <%s>\n", include)
	}
	p.version++
	fmt.Fprintf(&text, "inline int version() { return %d; }\n", p.version)
	return os.WriteFile(filepath.Join(p.dir, "project.h"), []byte(text.String()), 0o644)
}

// miss compiles what no cache has, with thinrex and without it, to outputs of that name.
func (p *project) miss(r *row, name string, pairs *[]pair) error {
	plain, _, err := p.run(p.command("unit.cc", name))
	if err != nil {
		return err
	}
	ours, message, err := p.throughThinrex("unit.cc")
	if err != nil {
		return err
	}
	*pairs = append(*pairs, pair{plain, ours})
	switch _, reason, notStored := strings.Cut(message, ": compiled, not stored: "); {
	case notStored:
		r.reason = reason
	case !strings.HasSuffix(message, ": compiled"):
		return fmt.Errorf("thinrex said %q", message)
	}
	return p.compareOutputs(name)
}

// hit has thinrex deliver what the source was compiled to first.
func (p *project) hit(times *[]time.Duration) error {
	for _, name := range outputs("ours") {
		if err := os.Remove(filepath.Join(p.dir, name)); err != nil {
			return err
		}
	}
	took, message, err := p.throughThinrex("unit.cc")
	if err != nil {
		return err
	}
	if !strings.HasSuffix(message, ": hit") {
		return fmt.Errorf("thinrex said %q, not that it hits", message)
	}
	*times = append(*times, took)
	return p.compareOutputs("plain")
}

func outputs(name string) []string { return []string{name + ".o", name + ".d"} }

func (p *project) command(source, name string) []string {
	command := []string{"clang++-22", "-std=c++17", "-O2", "-flto=thin", "-c", source}
	command = append(command, "-o", name+".o", "-MD", "-MF", name+".d", "-MT", "unit.o")
	return append(command, p.options...)
}

func (p *project) cache() string { return filepath.Join(p.dir, "cache") }

// throughThinrex returns the last line that thinrex printed.
func (p *project) throughThinrex(source string) (took time.Duration, message string, err error) {
	command := append([]string{p.thinrex, "cc", "--verbose", "--disk_cache=" + p.cache(), "--"},
		p.command(source, "ours")...)
	took, printed, err := p.run(command)
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

// run returns the time that processors worked for a command and what it started. A build
// that keeps all cores busy waits for that time, and other programs disturb it little.
func (p *project) run(command []string) (took time.Duration, printed []byte, err error) {
	cmd := exec.CommandContext(p.ctx, command[0], command[1:]...)
	cmd.Dir = p.dir
	printed, err = cmd.CombinedOutput()
	if err != nil {
		return 0, nil, fmt.Errorf("%q: %w\n%s", command, err, printed)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), printed, nil
}

// compareOutputs compares thinrex's with those of plain clang that have a name.
func (p *project) compareOutputs(name string) error {
	plain := outputs(name)
	for i, ours := range outputs("ours") {
		got, err := os.ReadFile(filepath.Join(p.dir, ours))
		if err != nil {
			return err
		}
		want, err := os.ReadFile(filepath.Join(p.dir, plain[i]))
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("thinrex's %s differs from plain clang's %s", ours, plain[i])
		}
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
