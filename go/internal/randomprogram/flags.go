package randomprogram

import (
	"fmt"
	"strings"
)

// commonFlags chooses what all modules are compiled with, and the flags of the link.
func (p *Program) commonFlags() []string {
	flags := []string{"-w"}
	debug := pick(p, "", "", "", "", "-g", "-g -gdwarf-4", "-gline-tables-only", "-g1 -gz")
	flags = append(flags, strings.Fields(debug)...)
	if p.chance(8) {
		p.profiled = true
		p.link = append(p.link, "-fprofile-sample-use=profile.txt")
		flags = append(flags, "-fprofile-sample-use=profile.txt", "-gline-tables-only")
	}
	flags = append(flags, strings.Fields(pick(p, "", "", "", "-fvisibility=hidden", "-fno-semantic-interposition",
		"-fstack-protector-strong", "-fmerge-all-constants", "-fsanitize=undefined -fsanitize-trap=all",
		"-fcf-protection", "-ftrivial-auto-var-init=pattern"))...)
	p.link = append(p.link, strings.Fields(pick(p, "", "", "", "-Wl,--gc-sections", "-Wl,--icf=all",
		"-Wl,-z,now", "-Wl,-mllvm,-import-instr-limit=1000", "-Wl,-mllvm,-import-instr-limit=5", "-rdynamic",
		"-Wl,--lto-O3", "-Wl,--lto-O1"))...)
	p.link = append(p.link, pick(p, "-O2", "-O2", "-O2", "-O3", "-O1", "-Os"))
	if p.chance(3) {
		sections := strings.Fields(pick(p, "-ffunction-sections", "-ffunction-sections -fdata-sections"))
		flags, p.link = append(flags, sections...), append(p.link, sections...)
	}
	return flags
}

// moduleFlags adds what one module is compiled with.
func (p *Program) moduleFlags(m *module, common []string) []string {
	flags := append([]string{}, common...)
	if m.cxx {
		flags = append(flags, "-std=c++20")
		if p.chance(8) { // in C, an alias of a static function wouldn't find it
			flags = append(flags, "-funique-internal-linkage-names")
		}
	}
	flags = append(flags, pick(p, "-O2", "-O2", "-O2", "-O2", "-O3", "-O1", "-Os", "-Oz", "-O0"))
	flags = append(flags, strings.Fields(pick(p, "", "", "", "", "", "", "-fPIC", "-fno-inline", "-fcommon",
		"-march=x86-64-v2", "-fwrapv", "-ffast-math"))...)
	return flags
}

// sampleProfile gives the first lines of each entry some samples.
func (p *Program) sampleProfile() string {
	var b strings.Builder
	for _, m := range p.modules {
		for _, it := range m.items {
			n := it.numbers[0] * it.numbers[1]
			fmt.Fprintf(&b, "%s:%d:%d\n 0: %d\n 1: %d\n 2: %d\n", it.name, n*10, n, n, n, n)
		}
	}
	return b.String()
}
