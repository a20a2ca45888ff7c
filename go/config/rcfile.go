package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"thinrex/go/option"
)

// rcFiles are Bazel's rc files, read for a build: the words of each section,
// which is a command or COMMAND:CONFIG, in their order.
type rcFiles struct {
	readFile func(path string) ([]byte, error)
	startup  map[string]bool // the options that count on startup lines, with their dashes
	sections map[string][]rcWord
	reads    int // bounds what imports of imports can do
	expanded int // likewise configs
}

// An rcWord is an option, or the value of the one before.
type rcWord struct {
	text      string
	path      string
	line      int
	workspace string
}

// errorf says where the word stands, but not the word: it may be a secret.
func (w rcWord) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", w.path, w.line, fmt.Errorf(format, args...))
}

// rcCommands are the commands whose lines apply to a build, the weakest first:
// Bazel doesn't go by their order in the file.
var rcCommands = []string{"always", "common", "build"}

const (
	workspaceName  = "%workspace%"
	platformOption = "enable_platform_specific_config"

	maxReads    = 1000
	maxExpanded = 100_000
)

// read adds a file and what it imports. importers are the files that led to
// this one.
func (r *rcFiles) read(path, workspace string, importers ...string) error {
	data, err := r.readFile(path)
	if err != nil {
		return unreadable{err}
	}
	if r.reads++; r.reads > maxReads {
		return fmt.Errorf("%s: more than %d imports", path, maxReads)
	}
	importers = append(slices.Clone(importers), path)
	for _, line := range splitLines(string(data)) {
		words := splitWords(strings.Trim(line.text, " \t\r\v\f"))
		if len(words) == 0 {
			continue
		}
		at := rcWord{path: path, line: line.number, workspace: workspace}
		if words[0] == "import" || words[0] == "try-import" {
			if err := r.imports(words, at, importers); err != nil {
				return err
			}
			continue
		}
		for _, word := range words[1:] {
			at.text = word
			r.sections[words[0]] = append(r.sections[words[0]], at)
		}
	}
	return nil
}

func (r *rcFiles) imports(words []string, at rcWord, importers []string) error {
	if len(words) != 2 {
		return at.errorf("%s takes one path", words[0])
	}
	path := words[1]
	if rest, ok := strings.CutPrefix(path, workspaceName); ok {
		path = at.workspace + rest
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(at.workspace, path)
	}
	path = filepath.Clean(path)
	if slices.Contains(importers, path) {
		return at.errorf("import loop: %s", strings.Join(append(importers, path), " > "))
	}
	err := r.read(path, at.workspace, importers...)
	if !errors.As(err, new(unreadable)) {
		return err
	}
	if words[0] == "try-import" { // as in Bazel, also if it's an import in there that can't be read
		return nil
	}
	return at.errorf("import: %w", err)
}

// unreadable is the reason why there is no such file to import.
type unreadable struct{ error }

func (u unreadable) Unwrap() error { return u.error }

// words are the options that apply to a build with the configs, the weakest
// first, with every --config replaced by what it stands for.
func (r *rcFiles) words(configs []string) ([]rcWord, error) {
	all := r.startupWords()
	for _, command := range rcCommands {
		words, err := r.expand(r.sections[command], nil)
		if err != nil {
			return nil, err
		}
		all = append(all, words...)
	}
	for _, config := range configs {
		words, err := r.expandConfig(config, nil)
		if err != nil {
			return nil, fmt.Errorf("--bazelrc: %w", err)
		}
		all = append(all, words...)
	}
	return r.expandPlatform(all)
}

// startupWords are our options among those that Bazel takes before a command's
// name.
func (r *rcFiles) startupWords() (all []rcWord) {
	words := r.sections["startup"]
	for i, word := range words {
		switch name, _, given := strings.Cut(word.text, "="); {
		case !r.startup[name]:
		case given:
			all = append(all, word)
		default:
			all = append(all, words[i:min(i+2, len(words))]...)
		}
	}
	return all
}

// expand replaces each --config among the words. chain are the configs that
// led to them.
func (r *rcFiles) expand(words []rcWord, chain []string) (all []rcWord, err error) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		if r.expanded++; r.expanded > maxExpanded {
			return nil, word.errorf("more than %d options after expanding configs", maxExpanded)
		}
		name, config, given := strings.Cut(word.text, "=")
		if name != "--config" {
			all = append(all, word)
			continue
		}
		if !given {
			if i++; i == len(words) || len(chain) > 0 { // in a config Bazel takes the = only
				return nil, word.errorf("--config: write it as --config=NAME")
			}
			config = words[i].text
		}
		more, err := r.expandConfig(config, chain)
		if err != nil {
			return nil, word.errorf("--config: %w", err)
		}
		all = append(all, more...)
	}
	return all, nil
}

func (r *rcFiles) expandConfig(config string, chain []string) (all []rcWord, err error) {
	if slices.Contains(chain, config) {
		return nil, fmt.Errorf("config loop: %s", strings.Join(append(chain, config), " > "))
	}
	if !r.defines(config) {
		return nil, fmt.Errorf("config %q isn't defined for build, common or always", config)
	}
	for _, command := range rcCommands {
		words, err := r.expand(r.sections[command+":"+config], append(slices.Clone(chain), config))
		if err != nil {
			return nil, err
		}
		all = append(all, words...)
	}
	return all, nil
}

func (r *rcFiles) defines(config string) bool {
	return slices.ContainsFunc(rcCommands, func(command string) bool { return len(r.sections[command+":"+config]) > 0 })
}

// expandPlatform puts the config named after this system where the last
// --enable_platform_specific_config stands, if that is on.
func (r *rcFiles) expandPlatform(words []rcWord) ([]rcWord, error) {
	for i, word := range slices.Backward(words) {
		name, value, given := strings.Cut(word.text, "=")
		if name == "--no"+platformOption {
			return words, nil
		}
		if name != "--"+platformOption {
			continue
		}
		on, err := option.ParseBool(value)
		if given && err != nil {
			return nil, word.errorf("%s: %w", name, err)
		}
		config := platformConfig()
		if given && !on || !r.defines(config) {
			return words, nil
		}
		more, err := r.expandConfig(config, nil)
		if err != nil {
			return nil, word.errorf("%s: %w", name, err)
		}
		return slices.Insert(words, i+1, more...), nil
	}
	return words, nil
}

// platformConfig is Bazel's name of the system that it runs on.
func platformConfig() string {
	if runtime.GOOS == "darwin" {
		return "macos"
	}
	return runtime.GOOS
}
