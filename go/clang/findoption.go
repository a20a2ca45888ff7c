package clang

import (
	"iter"
	"strings"
	"sync"
)

// optionTables are all rows, by subject.
var optionTables = [...][]Option{
	fileOptions, refusedOptions, preprocessorOptions, languageOptions, messageOptions,
	debugOptions, codeOptions, mathOptions, machineOptions, hardeningOptions, linkingOptions,
}

// Options yields each row. Tests of what asks the table go through it.
func Options() iter.Seq[Option] {
	return func(yield func(Option) bool) {
		for _, table := range optionTables {
			for _, o := range table {
				if !yield(o) {
					return
				}
			}
		}
	}
}

// An optionIndex finds rows by the name that they have, less the *.
type optionIndex struct {
	exact   map[string]*Option
	open    map[string]*Option // names with *
	longest int
}

var optionsByName = sync.OnceValue(newOptionIndex)

func newOptionIndex() *optionIndex {
	rows := 0
	for _, table := range optionTables {
		rows += len(table)
	}
	index := &optionIndex{exact: make(map[string]*Option, rows), open: map[string]*Option{}}
	for _, table := range optionTables {
		for i := range table {
			name, open := strings.CutSuffix(table[i].Name, "*")
			if open {
				index.open[name] = &table[i]
			} else {
				index.exact[name] = &table[i]
			}
			index.longest = max(index.longest, len(name))
		}
	}
	return index
}

// FindOption returns the row for an argument, how the value is given there, and
// a value that stands in the argument itself. The form is 0 if there is no row.
func FindOption(arg string) (o Option, given Form, value string) {
	if !strings.HasPrefix(arg, "-") {
		return Option{}, 0, ""
	}
	if o, given, value = optionsByName().find(arg); given != 0 {
		return o, given, value
	}
	if name, ok := strings.CutPrefix(arg, "-fno-"); ok {
		if o, given, value = optionsByName().find("-f" + name); o.Given&No != 0 {
			return o, given, value
		}
	}
	return Option{}, 0, ""
}

// find returns the row that fits an argument and has the longest name.
func (index *optionIndex) find(arg string) (o Option, given Form, value string) {
	for n := min(len(arg), index.longest); n > 0; n-- {
		name, rest := arg[:n], arg[n:]
		for _, row := range [...]*Option{index.exact[name], index.open[name]} {
			if row == nil {
				continue
			}
			if given, value := row.split(rest); given != 0 {
				return *row, given, value
			}
		}
	}
	return Option{}, 0, ""
}

// split finds out how rest, which follows the option's name in an argument,
// gives its value.
func (o *Option) split(rest string) (given Form, value string) {
	switch {
	case o.Given == Anything || o.Given == Letters && !strings.ContainsAny(rest, "=/,"):
		return Alone, ""
	case rest == "":
		return o.Given & (Alone | Separate), ""
	case rest[0] == '=' && o.Given&Equals != 0:
		return Equals, rest[1:]
	case o.Given&Joined != 0:
		return Joined, rest
	}
	return 0, ""
}
