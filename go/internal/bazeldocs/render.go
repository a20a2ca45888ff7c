package main

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"thinrex/go/internal/starlarkcheck"
)

const header = `# API of the Bazel rules

Written by ` + "`make docs`" + ` from the doc strings. [bazel.md](bazel.md) says how to use them.
`

// A page is being written.
type page struct {
	bytes.Buffer
	seen map[starlark.Value]bool
}

// render returns the page for the repository in a folder.
func render(root string) ([]byte, error) {
	r := starlarkcheck.Open(root)
	files, err := publicFiles(r)
	if err != nil {
		return nil, err
	}
	p := &page{seen: make(map[starlark.Value]bool)}
	p.WriteString(header)
	for _, file := range files {
		m, err := r.Module(file)
		if err != nil {
			return nil, err
		}
		if err := p.module(m); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return p.Bytes(), nil
}

// publicFiles lists the .bzl files that users load: rules/defs.bzl first, as it
// has what others define.
func publicFiles(r *starlarkcheck.Repository) ([]string, error) {
	var public []string
	for _, below := range []string{"rules", "bazel"} {
		files, err := r.Files(below)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			dir := path.Base(path.Dir(file))
			if path.Ext(file) == ".bzl" && dir != "private" && dir != "tests" {
				public = append(public, file)
			}
		}
	}
	slices.SortStableFunc(public, func(a, b string) int {
		first := func(s string) int {
			if s == "rules/defs.bzl" {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	return public, nil
}

func (p *page) module(m *starlarkcheck.Module) error {
	if m.Doc == "" {
		return errors.New("it has no doc string")
	}
	names := m.Globals.Keys()
	slices.SortFunc(names, strings.Compare)
	var own []string
	for _, name := range names {
		if value := m.Globals[name]; !strings.HasPrefix(name, "_") && documented(value) && !p.seen[value] {
			own = append(own, name)
			p.seen[value] = true
		}
	}
	if len(own) == 0 {
		return nil
	}
	fmt.Fprintf(p, "\n## @%s//%s:%s\n\n%s\n", starlarkcheck.Name, path.Dir(m.File), path.Base(m.File), prose(m.Doc))
	for _, name := range own {
		if err := p.symbol(name, m.Globals[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// documented reports whether a value can have a doc string: a constant has none.
func documented(value starlark.Value) bool {
	switch value.(type) {
	case *starlark.Function, *starlarkcheck.Made:
		return true
	}
	return false
}

func (p *page) symbol(name string, value starlark.Value) error {
	switch v := value.(type) {
	case *starlark.Function:
		return p.function(name, v)
	case *starlarkcheck.Made:
		switch v.By {
		case "aspect", "module_extension", "provider", "repository_rule", "rule":
			if v.Text("doc") == "" {
				return errors.New("it has no doc")
			}
			p.heading(name, v)
		}
		switch v.By {
		case "rule", "repository_rule":
			p.table("attribute", v.Kwargs["attrs"], v.By == "rule")
		case "provider":
			p.fields(v.Kwargs["fields"])
		case "module_extension":
			return p.tags(name, v.Kwargs["tag_classes"])
		}
	}
	return nil
}

func (p *page) heading(name string, m *starlarkcheck.Made) {
	kind := strings.ReplaceAll(m.By, "_", " ")
	if m.Kwargs["test"] == starlark.True {
		kind = "test rule"
	}
	fmt.Fprintf(p, "\n### %s\n\n%s. %s\n", name, strings.ToUpper(kind[:1])+kind[1:], prose(m.Text("doc")))
}

func (p *page) fields(fields starlark.Value) {
	dict, ok := fields.(*starlark.Dict)
	if !ok {
		return
	}
	p.WriteString("\n| field | meaning |\n| --- | --- |\n")
	for _, name := range starlarkcheck.Keys(dict) {
		doc, _, _ := dict.Get(starlark.String(name))
		text, _ := starlark.AsString(doc)
		fmt.Fprintf(p, "| `%s` | %s |\n", name, cell(text))
	}
}

// table writes the public attributes of a rule or a tag. Each has a doc string,
// or the page would be of little use.
func (p *page) table(word string, attrs starlark.Value, named bool) {
	dict, ok := attrs.(*starlark.Dict)
	if !ok && !named {
		return
	}
	fmt.Fprintf(p, "\n| %s | type | default | meaning |\n| --- | --- | --- | --- |\n", word)
	if named {
		p.WriteString("| `name` | name | required | Name of the target. |\n")
	}
	for _, name := range starlarkcheck.Keys(attrs) {
		value, _, _ := dict.Get(starlark.String(name))
		attr, ok := value.(*starlarkcheck.Made)
		if !ok || strings.HasPrefix(name, "_") {
			continue
		}
		fmt.Fprintf(p, "| `%s` | %s | %s | %s |\n", name, strings.TrimPrefix(attr.By, "attr."), byDefault(attr),
			cell(attr.Text("doc")))
	}
}

// byDefault says what an attribute is unless it is given.
func byDefault(attr *starlarkcheck.Made) string {
	if attr.Kwargs["mandatory"] == starlark.True {
		return "required"
	}
	if value := attr.Kwargs["default"]; value != nil {
		return "`" + strings.ReplaceAll(value.String(), "|", `\|`) + "`"
	}
	switch kind := strings.TrimPrefix(attr.By, "attr."); {
	case strings.HasSuffix(kind, "dict"):
		return "`{}`"
	case strings.HasSuffix(kind, "list"):
		return "`[]`"
	case kind == "string":
		return "`\"\"`"
	case kind == "bool":
		return "`False`"
	case kind == "int":
		return "`0`"
	}
	return "`None`"
}

func (p *page) tags(extension string, classes starlark.Value) error {
	dict, ok := classes.(*starlark.Dict)
	if !ok {
		return nil
	}
	for _, name := range starlarkcheck.Keys(dict) {
		value, _, _ := dict.Get(starlark.String(name))
		class, ok := value.(*starlarkcheck.Made)
		if !ok || class.Text("doc") == "" {
			return fmt.Errorf("tag %s has no doc", name)
		}
		fmt.Fprintf(p, "\n#### %s.%s\n\n%s\n", extension, name, prose(class.Text("doc")))
		p.table("attribute", class.Kwargs["attrs"], false)
	}
	return nil
}
