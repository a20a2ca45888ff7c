// Package randomprogram makes C and C++ programs of several modules, and edits
// them, as a seed decides. Command slicinghunt and tests compile and link them.
//
// A program is made for ThinLTO: its modules import functions and variables from
// each other, in circles, too, and they hold what makes importing hard: statics
// that get promoted, aliases, COMDATs, constructors, thread-local variables and the
// like. An edit is what a programmer does between two builds: a constant, a string
// or a statement changes, a function comes or goes.
//
// Equal seeds give equal programs and equal edits. The package writes text only;
// compiling and linking is up to its callers.
package randomprogram

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Program is a random one, as its latest edit has left it.
type Program struct {
	rng     *rand.Rand
	modules []*module
	header  header
	link    []string // flags
	named   int      // how many items have got a name

	profiled bool   // the modules are compiled with a sample profile
	profile  string // that profile, made before the first edit
}

// A module is one source file.
type module struct {
	name  string // without an extension
	cxx   bool
	flags []string // of its compilation
	items []*item  // in the order of the file
}

// New makes the program of a seed.
func New(seed uint64) *Program {
	p := &Program{rng: rand.New(rand.NewPCG(seed, 12))}
	onlyC := p.chance(4)
	p.header.fill(p)
	common := p.commonFlags()
	for i := range 3 + p.rng.IntN(5) {
		m := &module{name: fmt.Sprintf("m%d", i), cxx: !onlyC && (i == 0 || !p.chance(4))}
		m.flags = p.moduleFlags(m, common)
		p.modules = append(p.modules, m)
	}
	// The lowest level first: a call only goes to an item that exists and is lower.
	for level := range levels {
		for _, m := range p.modules {
			for range 1 + p.rng.IntN(3) {
				m.insert(p, p.newItem(m, level))
			}
		}
	}
	p.profile = p.sampleProfile()
	return p
}

// levels bounds how deep calls are nested, so that a program soon ends.
const levels = 4

// chance is true once in n times.
func (p *Program) chance(n int) bool { return p.rng.IntN(n) == 0 }

// pick returns one of several values.
func pick[T any](p *Program, values ...T) T { return values[p.rng.IntN(len(values))] }

// word returns a word for a string literal.
func (p *Program) word() string {
	words := strings.Fields("bad value of the key not found in table after open cache is full try again later")
	return words[p.rng.IntN(len(words))]
}

// phrase returns the text of a string literal.
func (p *Program) phrase() string {
	words := make([]string, 1+p.rng.IntN(6))
	for i := range words {
		words[i] = p.word()
	}
	return strings.Join(words, " ")
}

// insert puts an item at a random place of the file.
func (m *module) insert(p *Program, it *item) {
	m.items = slices.Insert(m.items, p.rng.IntN(len(m.items)+1), it)
}

// A Source is one module as it is to be compiled.
type Source struct {
	File     string   // its name, as "m1.cc"
	Compiler string   // "clang" or "clang++"
	Flags    []string // other than -flto=thin, -c, -o and the file
}

// Object is the name of the source's object.
func (s Source) Object() string {
	return strings.TrimSuffix(strings.TrimSuffix(s.File, ".c"), ".cc") + ".o"
}

// Sources returns the modules; the first one has main.
func (p *Program) Sources() []Source {
	var sources []Source
	for _, m := range p.modules {
		s := Source{File: m.file(), Compiler: "clang", Flags: m.flags}
		if m.cxx {
			s.Compiler = "clang++"
		}
		sources = append(sources, s)
	}
	return sources
}

func (m *module) file() string {
	if m.cxx {
		return m.name + ".cc"
	}
	return m.name + ".c"
}

// LinkFlags returns the flags of the link, other than -flto=thin and -fuse-ld=lld.
func (p *Program) LinkFlags() []string { return p.link }

// Compiler returns the driver that links the program.
func (p *Program) Compiler() string { return p.Sources()[0].Compiler }

// Files returns the content of all files, by name.
func (p *Program) Files() map[string]string {
	files := map[string]string{"shared.h": p.header.text()}
	for _, m := range p.modules {
		files[m.file()] = p.source(m)
	}
	if p.profiled {
		files["profile.txt"] = p.profile
	}
	return files
}
