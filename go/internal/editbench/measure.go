//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A measurement links one project with three caches.
type measurement struct {
	ctx context.Context
	project
	tree, caches  string
	thinrex, self string
	jobs          int
	cutting       float64 // seconds of CPU in the latest link
}

// table measures all edits, and returns a Markdown table.
func (m *measurement) table() (string, error) {
	if _, err := m.links(); err != nil { // fills the caches
		return "", err
	}
	before, err := m.latest()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	cutting := m.cutting * 1000 / float64(max(1, before.Imports))
	fmt.Fprintf(&b, "%s, cold: %d imports, %.2f ms of CPU for cutting each\n\n", m.title, before.Imports, cutting)
	fmt.Fprintf(&b, "| %s, %d jobs | lld's own cache | thinrex, `--slicing=off` | thinrex | objects that change | "+
		"that only get other hashes in names |\n",
		m.title, m.jobs)
	b.WriteString("| --- | --- | --- | --- | --- | --- |\n")
	for _, e := range m.edits {
		row, err := m.row(e, before.Objects)
		if err != nil {
			return "", fmt.Errorf("%s: %w", e.what, err)
		}
		fmt.Fprint(os.Stderr, m.title, ": ", row)
		b.WriteString(row)
	}
	return b.String(), nil
}

// row measures one edit of the project, and undoes it.
func (m *measurement) row(e edit, before []object) (row string, err error) {
	undo, err := e.apply(m.tree)
	if err != nil {
		return "", err
	}
	defer func() {
		if undone := undo(); err == nil {
			err = undone
		}
		if built := m.make(m.ctx, m.tree); err == nil {
			err = built
		}
	}()
	if err := m.make(m.ctx, m.tree); err != nil {
		return "", err
	}
	c, err := m.links()
	if err != nil {
		return "", err
	}
	after, err := m.latest()
	if err != nil {
		return "", err
	}
	renamed, changed := 0, 0
	for i, o := range after.Objects {
		switch {
		case i >= len(before) || o.Content != before[i].Content:
			changed++
		case o.Digest != before[i].Digest:
			renamed++
		}
	}
	if c.lld == 0 {
		return "", fmt.Errorf("the edit of %s changes no module", e.file)
	}
	return fmt.Sprintf("| %s | %d | %d | **%d** | %d | %d |\n", e.what, c.lld, c.whole, c.part, changed, renamed), nil
}

// Counts are how many jobs each way of linking has run.
type counts struct{ lld, whole, part int }

// links links the project in each way. All must give equal objects.
func (m *measurement) links() (c counts, err error) {
	if c.lld, err = m.inProcess(); err != nil {
		return c, err
	}
	if c.whole, err = m.distributed("off"); err != nil {
		return c, err
	}
	whole, err := m.latest()
	if err != nil {
		return c, err
	}
	if c.part, err = m.distributed("auto"); err != nil {
		return c, err
	}
	part, err := m.latest()
	if err == nil && !slices.Equal(whole.Objects, part.Objects) {
		err = errors.New("objects differ with --slicing=off and --slicing=auto")
	}
	return c, err
}

// inProcess links as lld does by itself, and returns how many modules its cache lacked.
func (m *measurement) inProcess() (int, error) {
	cache := filepath.Join(m.caches, "lld")
	entries := func() int {
		found, _ := filepath.Glob(filepath.Join(cache, "llvmcache-*"))
		return len(found)
	}
	before := entries()
	err := m.run("-Wl,--thinlto-cache-dir="+cache, "-Wl,--thinlto-cache-policy=prune_interval=24h")
	return entries() - before, err
}

// distributed links with thinrex, and returns how many jobs it ran.
func (m *measurement) distributed(slicing string) (int, error) {
	summary := filepath.Join(m.caches, "summary.json")
	err := m.run("-fthinlto-distributor="+m.self, m.argument(recordFlag+m.recordFile()),
		m.argument(m.thinrex), m.argument("--slicing="+slicing),
		m.argument("--disk_cache="+filepath.Join(m.caches, slicing)), m.argument("--summary_file="+summary))
	if err != nil {
		return 0, err
	}
	data, err := os.ReadFile(summary)
	if err != nil {
		return 0, err
	}
	var s struct {
		Jobs, Local, Hits int
		SliceSeconds      float64 `json:"slice_seconds"`
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return 0, err
	}
	if s.Local+s.Hits != s.Jobs {
		return 0, fmt.Errorf("not all jobs were compiled or found: %s", data)
	}
	m.jobs, m.cutting = s.Jobs, s.SliceSeconds
	return s.Local, nil
}

func (m *measurement) argument(arg string) string { return "-Xthinlto-distributor=" + arg }

func (m *measurement) recordFile() string { return filepath.Join(m.caches, "objects.json") }

// latest returns what is recorded of the latest link.
func (m *measurement) latest() (r linkRecord, err error) {
	data, err := os.ReadFile(m.recordFile())
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(data, &r)
}

// run links with flags.
func (m *measurement) run(flags ...string) error {
	if err := os.MkdirAll(m.caches, 0o755); err != nil {
		return err
	}
	args := append(append(m.link[1:len(m.link):len(m.link)], "-flto=thin", "-fuse-ld=lld-22"), flags...)
	cmd := exec.CommandContext(m.ctx, m.link[0], append(args, "-o", filepath.Join(m.caches, "program"))...)
	cmd.Dir = m.tree
	cmd.Env = append(os.Environ(), "THINREX_CONFIG="+os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}
