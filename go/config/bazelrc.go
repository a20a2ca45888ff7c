package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/option"
)

// fromBazelRCs sets the options that the entries of --bazelrc give and nothing
// else has set.
func (f *Flags) fromBazelRCs(entries []string) error {
	rc := f.newRCFiles(os.ReadFile)
	var configs []rcArg
	var paths []string
	for _, entry := range entries {
		path, named := splitConfigs(entry)
		path, err := filepath.Abs(path)
		if err != nil {
			return fmt.Errorf("--bazelrc=%s: %w", entry, err)
		}
		for _, config := range named {
			configs = append(configs, rcArg{text: config, path: path})
		}
		if slices.Contains(paths, path) {
			continue
		}
		paths = append(paths, path)
		if err := rc.read(path, workspaceOf(path)); err != nil {
			return fmt.Errorf("--bazelrc: %w", err)
		}
	}
	args, err := rc.args(configs)
	if err != nil {
		return err
	}
	return f.applyArgs(args)
}

// newRCFiles returns rc files of which none is read.
func (f *Flags) newRCFiles(readFile func(path string) ([]byte, error)) *rcFiles {
	rc := &rcFiles{readFile: readFile, startup: map[string]bool{}, sections: map[string][]rcArg{}}
	for _, row := range f.rows {
		if row.BazelStartup {
			rc.startup["--"+row.Name] = true
		}
	}
	return rc
}

// splitConfigs splits FILE:CONFIG,... unless there is a file of that whole name.
func splitConfigs(entry string) (path string, configs []string) {
	colon := strings.LastIndexByte(entry, ':')
	if _, err := os.Stat(entry); err == nil || colon < 0 {
		return entry, nil
	}
	if drive := len(filepath.VolumeName(entry)); colon < drive || strings.ContainsAny(entry[colon:], `/\`) {
		return entry, nil
	}
	return entry[:colon], strings.FieldsFunc(entry[colon+1:], func(r rune) bool { return r == ',' })
}

// workspaceOf returns the root of the workspace that holds the rc file, as Bazel
// finds it, or else the file's folder.
func workspaceOf(path string) string {
	folder := filepath.Dir(path)
	for dir := folder; ; dir = filepath.Dir(dir) {
		for _, name := range []string{"MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel", "WORKSPACE"} {
			if isFile(filepath.Join(dir, name)) {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return folder
		}
	}
}

// applyArgs sets our options among Bazel's arguments, and ignores the rest.
func (f *Flags) applyArgs(args []rcArg) error {
	settings, err := f.parseArgs(args)
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, s := range settings {
		if f.IsGiven(s.row.Name) && !ours[s.row.Name] {
			continue
		}
		ours[s.row.Name] = true
		f.isFrom(s.row.Name, Source{Place: BazelRC, Name: s.from.path, Line: s.from.line})
		if err := s.apply(); err != nil {
			return s.from.errorf("--%s: %w", s.name, err)
		}
	}
	return nil
}

// A setting is one option in an rc file.
type setting struct {
	row   option.Row
	name  string // Bazel's, with the no- of a negation
	value string
	from  rcArg
}

func (s setting) apply() error {
	value := s.value
	if s.row.Path != option.NoPath {
		value = strings.Replace(value, workspaceName, s.from.workspace, 1)
	}
	value, err := absolutePath(s.row, value, s.from.workspace)
	if err != nil {
		return err
	}
	return setValue(s.row, value)
}

// parseArgs finds our options among Bazel's arguments.
func (f *Flags) parseArgs(args []rcArg) (settings []setting, err error) {
	names := f.bazelNames()
	for i := 0; i < len(args); i++ {
		text, isOption := strings.CutPrefix(args[i].text, "--")
		name, value, given := strings.Cut(text, "=")
		row, known := names[name]
		negated := false
		if !known {
			row, negated = names[strings.TrimPrefix(name, "no")]
			negated = negated && option.IsSwitch(row.Value)
		}
		if !isOption || !known && !negated {
			continue
		}
		s := setting{row: row, name: name, value: value, from: args[i]}
		switch {
		case negated && given:
			return nil, s.from.errorf("--%s: takes no value", name)
		case negated:
			s.value = "false"
		case given:
		case option.IsSwitch(row.Value):
			s.value = "true"
		case i+1 < len(args):
			i++
			s.value = args[i].text
		default:
			return nil, s.from.errorf("--%s: needs a value", name)
		}
		settings = append(settings, s)
	}
	return settings, nil
}

// bazelNames maps each name that Bazel has for one of our options to its row.
func (f *Flags) bazelNames() map[string]option.Row {
	names := map[string]option.Row{}
	for _, row := range f.rows {
		if !row.FromBazelRC {
			continue
		}
		for _, name := range append(row.Names(), row.BazelNames...) {
			names[name] = row
		}
	}
	return names
}
