package starlarkcheck

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// A Made is what a call of one of Bazel's functions at the top of a file gives:
// a rule, an attribute, a provider, a label. It has every attribute, can be
// called, and can stand in a sum of lists.
type Made struct {
	By     string // the function's name, such as "rule" or "attr.label"
	Args   starlark.Tuple
	Kwargs starlark.StringDict
}

// Text returns the string that the call has as a named argument, or "".
func (m *Made) Text(name string) string {
	s, _ := starlark.AsString(m.Kwargs[name])
	return s
}

func (m *Made) String() string {
	if len(m.Args) == 1 {
		return fmt.Sprintf("%s(%s)", m.By, m.Args[0])
	}
	return m.By + "(…)"
}
func (m *Made) Type() string          { return m.By }
func (m *Made) Freeze()               {}
func (m *Made) Truth() starlark.Bool  { return true }
func (m *Made) Hash() (uint32, error) { return 0, nil }
func (m *Made) Name() string          { return m.By }
func (m *Made) AttrNames() []string   { return nil }

func (m *Made) Attr(name string) (starlark.Value, error) {
	return function(m.By + "." + name), nil
}

func (m *Made) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return made(m.By, args, kwargs), nil
}

// Binary: a sum with a Made is the other operand, as far as is known.
func (m *Made) Binary(op syntax.Token, other starlark.Value, _ starlark.Side) (starlark.Value, error) {
	if op != syntax.PLUS {
		return nil, nil
	}
	return other, nil
}

func made(by string, args starlark.Tuple, kwargs []starlark.Tuple) *Made {
	m := &Made{By: by, Args: args, Kwargs: make(starlark.StringDict)}
	for _, pair := range kwargs {
		m.Kwargs[string(pair[0].(starlark.String))] = pair[1]
	}
	return m
}

// A function is one of Bazel's functions or namespaces, by its name.
type function string

func (f function) String() string        { return string(f) }
func (f function) Type() string          { return "builtin" }
func (f function) Freeze()               {}
func (f function) Truth() starlark.Bool  { return true }
func (f function) Hash() (uint32, error) { return starlark.String(f).Hash() }
func (f function) Name() string          { return string(f) }
func (f function) AttrNames() []string   { return nil }

func (f function) Attr(name string) (starlark.Value, error) {
	return function(string(f) + "." + name), nil
}

// CallInternal calls the few functions whose results must be real.
func (f function) CallInternal(
	thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	m := made(string(f), args, kwargs)
	switch f {
	case "struct":
		return starlarkstruct.FromKeywords(starlarkstruct.Default, kwargs), nil
	case "provider":
		if m.Kwargs.Has("init") {
			return starlark.Tuple{m, function("raw constructor")}, nil
		}
	case "repository_rule", "rule":
		if !m.Kwargs.Has("implementation") && len(args) == 0 {
			return nil, errors.New(string(f) + " has no implementation")
		}
		for name := range m.Kwargs {
			if f == "rule" && !ruleParameters[name] {
				return nil, fmt.Errorf("rule's parameter %s is not in every Bazel from 4.2.3 to 9", name)
			}
		}
		if err := checkAttrs(m.Kwargs["attrs"]); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	return m, nil
}

func checkAttrs(attrs starlark.Value) error {
	dict, ok := attrs.(*starlark.Dict)
	if attrs == nil || ok && dict.Len() == 0 {
		return nil
	}
	if !ok {
		return fmt.Errorf("attrs is a %s, not a dict", attrs.Type())
	}
	for _, pair := range dict.Items() {
		if _, ok := pair[1].(*Made); !ok {
			return fmt.Errorf("attribute %s is a %s, not made by attr", pair[0], pair[1].Type())
		}
	}
	return nil
}

// predeclared are Bazel's names that are not Starlark's own.
func predeclared() starlark.StringDict {
	dict := make(starlark.StringDict)
	for _, names := range []map[string]bool{bzlNames, newNames} {
		for name := range names {
			if !starlark.Universe.Has(name) {
				dict[name] = function(name)
			}
		}
	}
	return dict
}

// Keys returns a dict's keys, which are strings, in order.
func Keys(v starlark.Value) []string {
	dict, ok := v.(*starlark.Dict)
	if !ok {
		return nil
	}
	var keys []string
	for _, key := range dict.Keys() {
		s, _ := starlark.AsString(key)
		keys = append(keys, s)
	}
	slices.Sort(keys)
	return keys
}
