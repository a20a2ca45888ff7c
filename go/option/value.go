package option

import (
	"fmt"
	"strconv"
	"strings"
)

// A Value reads and prints an option's field. It has the methods of pflag.Value,
// so that package config can make a flag of it.
type Value interface {
	Set(text string) error // a list appends
	String() string
	Type() string // names the kind of value in --help
}

// A List is a Value that takes several texts. It has the methods of
// pflag.SliceValue.
type List interface {
	Value
	Append(text string) error
	Replace(texts []string) error
	GetSlice() []string
}

// A Checker is a Value that may hold a secret. The flag parser's error for a
// text that Set refuses would show the text, so Set accepts every text, and Check
// refuses it without showing it.
type Checker interface{ Check() error }

// IsSwitch reports whether an option needs no value on a command line: --NAME
// stands for true and --noNAME for false.
func IsSwitch(v Value) bool {
	s, ok := v.(interface{ IsBoolFlag() bool })
	return ok && s.IsBoolFlag()
}

// MeansSomethingEmpty reports whether the empty text is a value of its own, as in
// --disk_cache= (none). For other options an empty variable counts as unset.
func MeansSomethingEmpty(v Value) bool { return v.Type() == textType }

const textType = "string"

type text struct{ to *string }

// Text is any text.
func Text(to *string, value string) Value {
	*to = value
	return text{to}
}

func (t text) Set(s string) error { *t.to = s; return nil }
func (t text) String() string     { return *t.to }
func (t text) Type() string       { return textType }

type texts struct{ to *[]string }

// Texts is a list of any texts.
func Texts(to *[]string) List {
	*to = nil
	return texts{to}
}

func (t texts) Set(s string) error         { return t.Append(s) }
func (t texts) Append(s string) error      { *t.to = append(*t.to, s); return nil }
func (t texts) Replace(all []string) error { *t.to = all; return nil }
func (t texts) GetSlice() []string         { return *t.to }
func (t texts) String() string             { return strings.Join(*t.to, " ") }
func (t texts) Type() string               { return "text" }

type boolean struct{ to *bool }

// Bool is a switch, in Bazel's spellings of true and false.
func Bool(to *bool, value bool) Value {
	*to = value
	return boolean{to}
}

// ParseBool reads Bazel's spellings of true and false.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "t", "y":
		return true, nil
	case "false", "0", "no", "f", "n":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

func (b boolean) Set(s string) error {
	v, err := ParseBool(s)
	if err == nil {
		*b.to = v
	}
	return err
}

func (b boolean) String() string   { return strconv.FormatBool(*b.to) }
func (b boolean) Type() string     { return "bool" }
func (b boolean) IsBoolFlag() bool { return true }

type number struct {
	to    *int
	least int
}

// Number is a whole number that is at least least.
func Number(to *int, value, least int) Value {
	*to = value
	return number{to, least}
}

func (n number) Set(s string) error {
	v, err := strconv.Atoi(s)
	if err != nil || v < n.least {
		return fmt.Errorf("%q isn't a number of at least %d", s, n.least)
	}
	*n.to = v
	return nil
}

func (n number) String() string { return strconv.Itoa(*n.to) }
func (n number) Type() string   { return "number" }

type choice[T comparable] struct {
	to  *T
	all []T
}

// Choice is one of some values, by what fmt prints for each, in any case of
// letters. A value that prints as nothing is for options that aren't given.
func Choice[T comparable](to *T, value T, others ...T) Value {
	*to = value
	return choice[T]{to, append([]T{value}, others...)}
}

func (c choice[T]) Set(s string) error {
	for _, v := range c.all {
		if strings.EqualFold(s, fmt.Sprint(v)) {
			*c.to = v
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", s, strings.Join(c.Names(), ", "))
}

// Names lists what can be given, for messages and for shells that complete it.
func (c choice[T]) Names() (names []string) {
	for _, v := range c.all {
		if name := fmt.Sprint(v); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (c choice[T]) String() string { return fmt.Sprint(*c.to) }
func (c choice[T]) Type() string   { return "name" }
