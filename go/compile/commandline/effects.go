package commandline

import "strings"

// A role says what isn't true of an option, though it is of most.
type role uint8

const (
	ownField role = 1 << iota // it stands in a field of its own, not among Args
	noSearch                  // it has no say in where headers are looked for
	noIR                      // it has nothing to say of IR
	noDriver                  // the driver passes it on as it is, whatever else there is
)

// An effect is what options do that isn't only to the object or to messages.
type effect struct {
	options string // one that ends in * stands for all that begin so
	role
	take func(p *parser, option string)
}

// A debugLevel is how much debug information there is.
type debugLevel uint8

const (
	noDebug debugLevel = iota
	lineDirectives
	fullDebug // enough of it for a .dwo
)

// effects of an option: the first that has it counts.
var effects = []effect{
	{"-c", noSearch, func(p *parser, _ string) { p.only = true }},
	{"-flto=thin", 0, func(p *parser, _ string) { p.thin = true }},
	{"-flto-jobs=*", 0, nil},
	{"-flto* -fno-lto", 0, func(p *parser, _ string) { p.thin = false }},
	{"-g0 -ggdb0", noSearch, func(p *parser, _ string) { p.debug = noDebug }},
	{"-gline-directives-only", noSearch, func(p *parser, _ string) { p.debug = lineDirectives }},
	{"-g -g1 -g2 -g3 -ggdb* -glldb -gsce -gdwarf* -gline-tables-only -gmlt", noSearch, func(p *parser, _ string) { p.debug = fullDebug }},
	{"-gsplit-dwarf -gsplit-dwarf=split", noSearch, func(p *parser, _ string) { p.splitTo(splitFile) }},
	{"-gsplit-dwarf=single", noSearch, func(p *parser, _ string) { p.splitTo(splitSection) }},
	{"-gno-split-dwarf", noSearch, func(p *parser, _ string) { p.splitTo(noSplit) }},
	{"-fsplit-dwarf-inlining", 0, func(p *parser, _ string) { p.inlining = true }},
	{"-fno-split-dwarf-inlining", 0, func(p *parser, _ string) { p.inlining = false }},
	{"-Wp,*", noSearch | noIR | noDriver, nil},
	{"-g* -W* -O*", noSearch, nil},
	{"-R*", 0, func(p *parser, _ string) { p.located = true }},
	{"-D* -U*", noSearch | noIR | noDriver, nil},
	{"-std=* --std --std=* -nostdinc* -nostdlibinc -nobuiltininc", noIR, nil},
	{"-ffile-compilation-dir=* -fdebug-compilation-dir=*", 0, func(p *parser, _ string) { p.placed = true }},
	// The last one counts. On its own, the compiler would ask whether it talks
	// to a terminal; it is we who do.
	{"-fdiagnostics-color=auto", ownField, func(p *parser, _ string) { p.colours = "" }},
	{"-fdiagnostics-color* -fno-diagnostics-color* -fcolor-diagnostics -fno-color-diagnostics", ownField,
		func(p *parser, option string) { p.colours = option }},
}

func effectOf(option string) effect {
	for _, e := range effects {
		for name := range strings.FieldsSeq(e.options) {
			begin, open := strings.CutSuffix(name, "*")
			if name == option || open && strings.HasPrefix(option, begin) {
				return e
			}
		}
	}
	return effect{}
}

// flag takes an option of one word that has no file.
func (p *parser) flag(arg string) {
	p.definitions(arg)
	p.warnsOfShadowed(arg)
	e := effectOf(arg)
	if e.take != nil {
		e.take(p, arg)
	}
	if e.role&ownField != 0 {
		return
	}
	p.keep(e.role, arg)
	if e.role&noIR == 0 {
		p.IRArgs = append(p.IRArgs, arg)
	}
}
