package randomprogram

import (
	"fmt"
	"strings"
)

// An item is one piece of a module. Its entry is a function of an unsigned long,
// which main and other items call.
type item struct {
	*kind
	in         *module
	name       string // of the entry, unique in the program
	local      string // the beginning of the names that only the module sees
	level      int    // it calls items with lower ones
	c          bool   // the entry has C linkage
	attribute  string // of the entry
	numbers    [4]int // the constants in it
	phrase     string // the string literal in it
	calls      []*item
	statements []string // that edits have added to the entry
	before     []string // functions that edits have added before it
}

func (p *Program) newItem(m *module, level int) *item {
	p.named++
	it := &item{kind: p.chooseKind(m), in: m, level: level, phrase: p.phrase()}
	it.name = fmt.Sprintf("%s_f%d", m.name, p.named)
	it.local = "l" + fmt.Sprint(p.named)
	it.c = !m.cxx || it.plainName || p.chance(3)
	for i := range it.numbers {
		it.numbers[i] = 1 + p.rng.IntN(100)
	}
	if !it.bare {
		it.attribute = pick(p, "", "", "", "", "", "", "__attribute__((noinline))", "__attribute__((cold))",
			"__attribute__((hot))", "__attribute__((leaf))", "__attribute__((minsize))",
			"__attribute__((optnone, noinline))", `__attribute__((visibility("hidden")))`,
			`__attribute__((visibility("protected")))`, `__attribute__((target("sse4.2")))`,
			`__attribute__((section(".text.special")))`)
	}
	it.calls = p.callees(it)
	return it
}

// callees chooses what an item calls, most of it in other modules.
func (p *Program) callees(it *item) []*item {
	var lower []*item
	for _, m := range p.modules {
		for _, other := range m.items {
			if other.level < it.level && it.canCall(other) && (m != it.in || p.chance(3)) {
				lower = append(lower, other)
			}
		}
	}
	var calls []*item
	for range min(len(lower), p.rng.IntN(4)) {
		calls = append(calls, pick(p, lower...))
	}
	return calls
}

// canCall says whether the other item's entry has a name that this module can use.
func (it *item) canCall(other *item) bool { return other.c || it.in.cxx }

// hasStatements says whether edits can add statements.
func (it *item) hasStatements() bool { return strings.Contains(it.text, "$extra") }

// expand fills in a kind's text.
func (it *item) expand(text string) string {
	linkage := ""
	if it.c {
		linkage = "C "
	}
	replacements := []string{
		"$calls", it.callExpression(), "$extra", strings.Join(it.statements, " "), "$entry",
		linkage + it.attribute + " u " + it.name, "$f", it.name, "$l", it.local, "$s", it.phrase, "$m", it.in.name,
	}
	for i, n := range it.numbers {
		replacements = append(replacements, fmt.Sprintf("$%d", i+1), fmt.Sprint(n))
	}
	return strings.NewReplacer(replacements...).Replace(text)
}

// callExpression is a value for which the entry calls all its callees.
func (it *item) callExpression() string {
	var terms []string
	for i, callee := range it.calls {
		terms = append(terms, fmt.Sprintf("%s(x + %d)", callee.name, it.numbers[3]+i))
		if callee.value != "" && callee.visibleTo(it.in) {
			terms = append(terms, "("+callee.expand(callee.value)+")")
		}
	}
	if len(terms) == 0 {
		return "x"
	}
	return "(" + strings.Join(terms, " ^ ") + ")"
}

// visibleTo says whether a module can declare what else the item defines.
func (it *item) visibleTo(m *module) bool { return m.cxx || !it.cxx }

// declaration is what another module declares to use the item.
func (it *item) declaration(by *module) string {
	linkage := ""
	if it.c {
		linkage = "C "
	}
	text := linkage + "u " + it.name + "(u);\n"
	if it.value != "" && it.visibleTo(by) {
		text += it.expand(it.declares) + "\n"
	}
	return text
}

// source is a module's text.
func (p *Program) source(m *module) string {
	var b strings.Builder
	b.WriteString("#include \"shared.h\"\n")
	included := map[string]bool{}
	for _, it := range m.items {
		for include := range strings.FieldsSeq(it.includes) {
			if !included[include] {
				included[include] = true
				fmt.Fprintf(&b, "#include <%s>\n", include)
			}
		}
	}
	m.declareCallees(&b)
	if m == p.modules[0] {
		b.WriteString(mainGlobals)
	}
	for _, it := range m.items {
		b.WriteString(strings.Join(it.before, ""))
		b.WriteString(it.expand(it.text))
	}
	if m == p.modules[0] {
		b.WriteString(p.mainFunction())
	}
	return b.String()
}

// declareCallees declares what the module's items call: in other modules, and in
// this one, because items stand in any order.
func (m *module) declareCallees(b *strings.Builder) {
	declared := map[*item]bool{}
	for _, it := range m.items {
		for _, callee := range it.calls {
			if !declared[callee] && callee.in != m {
				declared[callee] = true
				b.WriteString(callee.declaration(m))
			}
		}
	}
	for _, it := range m.items {
		b.WriteString(it.declaration(m))
	}
}

// mainFunction calls all items that can be called from the first module.
func (p *Program) mainFunction() string {
	var declarations, calls strings.Builder
	first := p.modules[0]
	for _, m := range p.modules {
		for _, it := range m.items {
			if !it.c && !first.cxx {
				continue
			}
			if m != first {
				linkage := ""
				if it.c {
					linkage = "C "
				}
				fmt.Fprintf(&declarations, "%su %s(u);\n", linkage, it.name)
			}
			fmt.Fprintf(&calls, "  sum = sum * 31 + %s(sum %% 1000);\n", it.name)
		}
	}
	return declarations.String() + "int main(void) {\n  u sum = 1;\n" + calls.String() +
		"  printf(\"%lu\\n\", sum);\n  return 0;\n}\n"
}
