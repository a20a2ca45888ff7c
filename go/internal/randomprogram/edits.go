package randomprogram

import (
	"fmt"
	"slices"
)

// An edit changes a program at a random place. It returns what it did, or "" if
// there is nothing of its kind to change.
type edit func(p *Program) string

var edits = []edit{
	changeConstant, changeConstant, changeConstant,
	changeString, changeString,
	addStatement, addStatement,
	addString,
	addItem, addItem, addItem,
	addStatic, addGlobal, addGlobal,
	removeCall, addCall,
	renameLocals,
	moveItem,
	changeAttribute,
	changeHeader,
	addToHeader,
}

// Edit changes the program as a programmer would between two builds, and returns in
// a few words what it changed.
func (p *Program) Edit() string {
	for {
		if done := edits[p.rng.IntN(len(edits))](p); done != "" {
			return done
		}
	}
}

// anyItem returns an item of any module.
func (p *Program) anyItem() *item {
	m := pick(p, p.modules...)
	return pick(p, m.items...)
}

func changeConstant(p *Program) string {
	it := p.anyItem()
	it.numbers[p.rng.IntN(len(it.numbers))] = 1 + p.rng.IntN(100)
	return "a constant of " + it.where()
}

func changeString(p *Program) string {
	it := p.anyItem()
	it.phrase = p.phrase()
	return "a string of " + it.where()
}

func (it *item) where() string {
	return fmt.Sprintf("%s (%s) in %s", it.name, it.kind.name, it.in.file())
}

// withStatements returns an item of a kind that can have statements, or nil.
func (p *Program) withStatements() *item {
	it := p.anyItem()
	if !it.hasStatements() {
		return nil
	}
	return it
}

func addStatement(p *Program) string {
	it := p.withStatements()
	if it == nil {
		return ""
	}
	n := p.rng.IntN(1000)
	it.statements = append(it.statements, pick(p,
		fmt.Sprintf("if (x == %d) shared_variable++;", n),
		fmt.Sprintf("if (x %% 1009 == %d) x *= 3;", n),
		fmt.Sprintf("shared_variable += x %% %d;", n+1),
		fmt.Sprintf("{ static u s%d; x += s%d++ & 1; }", n, n),
		fmt.Sprintf("switch (x %% 6) { case 0: x += %d; break; case 1: x ^= 5; break; case 2: x *= 7; break; case 3: "+
			"x -= 9; break; case 4: x = ~x; }", n)))
	return "a statement in " + it.where()
}

func addString(p *Program) string {
	it := p.withStatements()
	if it == nil {
		return ""
	}
	it.statements = append(it.statements,
		fmt.Sprintf("if (x %% 1013 == %d) note(\"%s\", x);", p.rng.IntN(1000), p.phrase()))
	return "a new string in " + it.where()
}

// addItem adds an item of a random kind and a call of it.
func addItem(p *Program) string {
	m := pick(p, p.modules...)
	it := p.newItem(m, p.rng.IntN(levels))
	m.insert(p, it)
	p.callFromElsewhere(it)
	return "a new item, " + it.where()
}

// callFromElsewhere makes an item of a higher level call this one, if there is any.
func (p *Program) callFromElsewhere(callee *item) {
	for range 10 {
		caller := p.anyItem()
		if caller.level > callee.level && caller.canCall(callee) {
			caller.calls = append(caller.calls, callee)
			return
		}
	}
}

// addStatic adds a static function, which one entry calls.
func addStatic(p *Program) string {
	it := p.withStatements()
	if it == nil {
		return ""
	}
	p.named++
	it.before = append(it.before, fmt.Sprintf(
		"static __attribute__((noinline)) u s%d(u x) { return x * %d; }\n", p.named, 1+p.rng.IntN(100)))
	it.statements = append(it.statements, fmt.Sprintf("x += s%d(x);", p.named))
	return "a new static function, called by " + it.where()
}

// addGlobal adds a static and a global function and a variable that nothing uses.
func addGlobal(p *Program) string {
	it := p.anyItem()
	p.named++
	it.before = append(it.before, fmt.Sprintf(
		"static u s%d(u x) { note(\"%s\", x); return x + %d; }\nC const char *g%d_text = \"%s\";\n"+
			"C u g%d(u x) { return s%d(x) * 3; }\n", p.named, p.phrase(), p.named, p.named, p.phrase(), p.named, p.named))
	return "a new static function, a new global one and a new variable, unused, before " + it.where()
}

func removeCall(p *Program) string {
	it := p.anyItem()
	if len(it.calls) == 0 {
		return ""
	}
	at := p.rng.IntN(len(it.calls))
	it.calls = slices.Delete(slices.Clone(it.calls), at, at+1)
	return "a call less in " + it.where()
}

func addCall(p *Program) string {
	it := p.anyItem()
	calls := p.callees(it)
	if len(calls) == 0 {
		return ""
	}
	it.calls = append(slices.Clone(it.calls), calls[0])
	return "a call more in " + it.where()
}

func renameLocals(p *Program) string {
	it := p.anyItem()
	p.named++
	it.local = fmt.Sprintf("r%d", p.named)
	return "names of statics of " + it.where()
}

func moveItem(p *Program) string {
	m := pick(p, p.modules...)
	if len(m.items) < 2 {
		return ""
	}
	from := p.rng.IntN(len(m.items))
	it := m.items[from]
	m.items = slices.Delete(m.items, from, from+1)
	m.insert(p, it)
	return "the order of items in " + m.file()
}

func changeAttribute(p *Program) string {
	it := p.anyItem()
	if it.bare {
		return ""
	}
	it.attribute = pick(p, "", "__attribute__((noinline))", "__attribute__((cold))")
	return "the attribute of " + it.where()
}

func changeHeader(p *Program) string {
	p.header.numbers[p.rng.IntN(len(p.header.numbers))] = 1 + p.rng.IntN(100)
	return "a constant in shared.h"
}

func addToHeader(p *Program) string {
	it := p.withStatements()
	if it == nil || !it.in.cxx {
		return ""
	}
	p.named++
	n := p.named
	p.header.added = append(p.header.added, pick(p,
		fmt.Sprintf("#ifdef __cplusplus\ninline u h%d(u x) { static u calls; return calls += x; }\n#endif\n", n),
		fmt.Sprintf("#ifdef __cplusplus\ntemplate <int N> u t%d(u x) { return x * N; }\n"+
			"inline u h%d(u x) { return t%d<3>(x) + t%d<5>(x); }\n#endif\n", n, n, n, n)))
	it.statements = append(it.statements, fmt.Sprintf("x ^= h%d(x);", n))
	return "a new inline function in shared.h, used by " + it.where()
}
