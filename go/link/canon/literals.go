package canon

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/link/slice"
)

// maxLiterals bounds the literals of one module that get numbers of ours, and the modules:
// all of these numbers must begin with placeholderPrefix.
const maxLiterals = 50_000

// Literals are the string literals of a job's modules that get other numbers in the sliced
// action, module by module; the job's own module has none.
//
// A literal has a number in its name (.str.7), so one more literal renames those behind it.
// In a slice they are numbered in their order from slice.FirstLiteral on: then the names
// depend on what the job mentions alone. Of each module, these are the literals that the
// shard mentions.
type literals [][]bitcode.Literal

// literalsOf leaves out modules that share a hash or the name of their source with another
// one, because their literals of one name could then not be told apart.
func literalsOf(inputs []action.Input, modules []*bitcode.Module, shard *bitcode.Shard) literals {
	found := make(literals, len(modules))
	if len(modules) > maxLiterals {
		return found
	}
	sources, hashes := map[string]int{}, map[uint64]int{}
	numbers := shard.PromotionNumbers()
	for i, in := range inputs {
		sources[modules[i].Source()]++
		hashes[numbers[in.Name]]++
	}
	mentioned, copied := shard.GUIDs(), shard.Copied()
	for i, in := range inputs[1:] {
		m := modules[1+i]
		if number, hashed := numbers[in.Name]; !hashed || hashes[number] > 1 || sources[m.Source()] > 1 {
			continue
		}
		for _, l := range m.Literals() {
			if mentioned[l.GUID] && len(found[1+i]) < maxLiterals {
				l.Plain = l.Plain && !copied[l.GUID]
				found[1+i] = append(found[1+i], l)
			}
		}
	}
	return found
}

// guids returns the GUIDs of one module's literals.
func (ls literals) guids(module int) []uint64 {
	var guids []uint64
	for _, l := range ls[module] {
		guids = append(guids, l.GUID)
	}
	return guids
}

// texts returns the GUIDs of one module's literals whose texts may go.
func (ls literals) texts(module int) []uint64 {
	var guids []uint64
	for _, l := range ls[module] {
		if l.Plain {
			guids = append(guids, l.GUID)
		}
	}
	return guids
}

// keepTexts makes all texts stay.
func (ls literals) keepTexts() {
	for _, list := range ls {
		for k := range list {
			list[k].Plain = false
		}
	}
}

// ignoreSizes reports whether all arguments are ones by which it doesn't matter to code how
// long a text is that it only passes on. With -mcmodel=medium, for example, it does.
func ignoreSizes(args []string) bool {
	return !slices.ContainsFunc(args, func(arg string) bool {
		return strings.HasPrefix(arg, "-") && !ignoresSizes().MatchString(arg)
	})
}

var ignoresSizes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-c|-o|-x|--no-default-config|-mno-outline-atomics|` +
		`-f(no-)?(addrsig|function-sections|data-sections|pic|PIC|pie|PIE)|` +
		`-O[0-3sz]?|-g[0-9a-z-]*|-W[a-z=-]*|(--target|-fthinlto-index|-march|-mcpu|-mtune)=.*)$`)
})

// inShard returns the shard with the GUIDs that the literals have with their new numbers.
func (ls literals) inShard(shard *bitcode.Shard, modules []*bitcode.Module) (*bitcode.Shard, error) {
	replaced := map[uint64]uint64{}
	for i, list := range ls {
		for k, l := range list {
			replaced[l.GUID] = modules[i].LiteralGUID(l, literalNumber(k))
		}
	}
	return shard.WithGUIDs(replaced)
}

// addNames adds what the literals' new numbers stand for. A promoted literal's name holds
// the placeholder of its module, too.
func (ls literals) addNames(names map[string]string) {
	for i, list := range ls {
		for k, l := range list {
			placeholder := fmt.Sprint(placeholderOf(i))
			names[fmt.Sprintf(".%d.llvm.%s", literalNumber(k), placeholder)] = l.Number + ".llvm." + names[placeholder]
		}
	}
}

func literalNumber(k int) uint64 { return slice.FirstLiteral + uint64(k) }
