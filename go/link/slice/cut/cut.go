//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"thinrex/go/bitcode"
	"thinrex/go/link/slice"
)

// maxModule bounds the file of a module, and with it the memory for cutting it.
const maxModule = 64 << 20 // bytes

// Cut returns the bitcode of the module in r.Path with nothing but the values in r.Keep
// and what they need. The same request for the same module gives the same bytes.
func (l *Library) Cut(r slice.Request) ([]byte, error) {
	data, err := read(r.Path)
	if err != nil {
		return nil, err
	}
	facts, err := bitcode.ReadModule(data)
	if err != nil {
		return nil, err
	}
	if err := l.checkFacts(facts); err != nil {
		return nil, err
	}
	keep := newSet(r.Keep)
	contents, err := facts.Contents(keep.has)
	if err != nil {
		return nil, err
	}
	if err := checkContents(contents); err != nil {
		return nil, err
	}
	m, err := l.open(data)
	if err != nil {
		return nil, err
	}
	defer m.close()
	if err := m.cut(contents, r); err != nil {
		return nil, err
	}
	return facts.WithEmptySummary(m.write())
}

func read(path string) ([]byte, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	if fi.Size() > maxModule {
		return nil, fmt.Errorf("it has %d bytes; the maximum is %d", fi.Size(), maxModule)
	}
	return os.ReadFile(path)
}

// knownRecords are the records of a module's summary for which slices are known to give
// equal objects. All C++ modules describe types (TYPE_ID_METADATA and VTABLE records); what
// is unknown are tests of types, and contexts of allocations.
var knownRecords = map[uint64]bool{
	1: true, 2: true, 3: true, // PERMODULE, PERMODULE_PROFILE, PERMODULE_GLOBALVAR_INIT_REFS
	7: true, 10: true, 16: true, // ALIAS, VERSION, VALUE_GUID
	20: true, 22: true, 23: true, // FLAGS, TYPE_ID_METADATA, PERMODULE_VTABLE_GLOBALVAR_INIT_REFS
	24: true, 25: true, // BLOCK_COUNT, PARAM_ACCESS
}

// knownMetadata is the named metadata that either stays as it is or says nothing about
// single values.
var knownMetadata = map[string]bool{
	"llvm.commandline": true, "llvm.dbg.cu": true, "llvm.dependent-libraries": true, "llvm.errno.tbaa": true,
	"llvm.ident": true, "llvm.linker.options": true, "llvm.module.flags": true, "llvm.pseudo_probe_desc": true,
}

func (l *Library) checkFacts(facts *bitcode.Module) error {
	if want := "LLVM" + l.Version; facts.Producer != want {
		return fmt.Errorf("it was made by %q, not by %s", facts.Producer, want)
	}
	for _, code := range slices.Sorted(maps.Keys(facts.Records)) {
		if !knownRecords[code] {
			return fmt.Errorf("its summary has records with code %d", code)
		}
	}
	return nil
}

func checkContents(c *bitcode.Contents) error {
	if c.IFuncs {
		return errors.New("it has an IFUNC")
	}
	for _, name := range c.NamedMetadata {
		if !knownMetadata[name] {
			return fmt.Errorf("it has metadata called %s", name)
		}
	}
	return nil
}

// A set has GUIDs of values.
type set map[uint64]bool

func newSet(guids []uint64) set {
	s := make(set, len(guids))
	for _, g := range guids {
		s[g] = true
	}
	return s
}

func (s set) has(guid uint64) bool { return s[guid] }

// debugInfo reports whether functions may have records of where variables are.
func debugInfo(c *bitcode.Contents) bool { return slices.Contains(c.NamedMetadata, "llvm.dbg.cu") }
