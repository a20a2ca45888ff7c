//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64 || s390x)

package cut

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"thinrex/go/bitcode"
	"thinrex/go/link/slice"
)

// maxModule bounds the file of a module, and with it the memory for cutting it.
const maxModule = 256 << 20 // bytes

// Cut returns the bitcode of the module in r.Path with nothing but the values in r.Keep
// and what they need. The same request for the same module gives the same bytes.
func (l *Library) Cut(r slice.Request) ([]byte, error) {
	fi, err := os.Stat(r.Path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > maxModule {
		return nil, fmt.Errorf("%s is no regular file, or has more than %d bytes", r.Path, maxModule)
	}
	data, err := os.ReadFile(r.Path)
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
	m, err := l.open(data)
	if err != nil {
		return nil, err
	}
	defer m.close()
	if err := m.cut(newSet(r.Keep), newSet(r.Mention)); err != nil {
		return nil, err
	}
	return facts.WithEmptySummary(m.write())
}

// knownRecords are the records of a module's summary for which slices are known to give
// equal objects. All C++ modules describe types (TYPE_ID_METADATA and VTABLE records); what
// is unknown are tests of types, and contexts of allocations.
var knownRecords = map[uint64]bool{
	1: true, 2: true, 3: true, // PERMODULE, PERMODULE_PROFILE, PERMODULE_GLOBALVAR_INIT_REFS
	7: true, 10: true, 16: true, 19: true, // ALIAS, VERSION, VALUE_GUID, PERMODULE_RELBF
	20: true, 22: true, 23: true, // FLAGS, TYPE_ID_METADATA, PERMODULE_VTABLE_GLOBALVAR_INIT_REFS
	24: true, 25: true, // BLOCK_COUNT, PARAM_ACCESS
}

func (l *Library) checkFacts(facts *bitcode.Module) error {
	if want := "LLVM" + l.Version; facts.Producer != want {
		return fmt.Errorf("made by %s, not %s", facts.Producer, want)
	}
	for code := range facts.Records {
		if !knownRecords[code] {
			return fmt.Errorf("its summary has a record %d, about types or allocations", code)
		}
	}
	return nil
}

// A module is a module in LLVM's memory, in a context of its own: names of types are
// numbered within a context, and must not depend on earlier requests.
type module struct {
	*Library
	data    []byte // which LLVM reads functions from when they are needed
	context ref
	module  ref
	source  string // the name of its source file, which is part of the GUIDs of local values
}

// open reads all of a module but the bodies of its functions.
func (l *Library) open(data []byte) (*module, error) {
	m := &module{Library: l, data: data, context: l.call(l.api.ContextCreate)}
	buffer := l.call(l.api.CreateMemoryBufferWithMemoryRange,
		address(&data[0]), uintptr(len(data)), address(&noName[0]), 0)
	if l.call(l.api.GetBitcodeModuleInContext2, uintptr(m.context), uintptr(buffer), address(&l.out[0])) != 0 {
		l.call(l.api.ContextDispose, uintptr(m.context))
		return nil, errors.New("LLVM can't read it")
	}
	m.module = ref(l.out[0])
	m.source = m.text(l.api.GetSourceFileName, m.module)
	return m, nil
}

func (m *module) close() {
	m.call(m.api.DisposeModule, uintptr(m.module))
	m.call(m.api.ContextDispose, uintptr(m.context))
	runtime.KeepAlive(m.data)
}

// text calls a function that returns characters, and writes their number to its second argument.
func (m *module) text(function uintptr, of ref) string {
	at := m.call(function, uintptr(of), address(&m.out[0]))
	return string(memory(at, m.out[0]))
}

func (m *module) write() []byte {
	buffer := uintptr(m.call(m.api.WriteBitcodeToMemoryBuffer, uintptr(m.module)))
	size := m.call(m.api.GetBufferSize, buffer)
	data := strings.Clone(string(memory(m.call(m.api.GetBufferStart, buffer), uintptr(size))))
	m.call(m.api.DisposeMemoryBuffer, buffer)
	return []byte(data)
}

// each calls visit for the values of one kind. visit may delete its value.
func (m *module) each(first, next uintptr, visit func(value ref)) {
	for v := m.call(first, uintptr(m.module)); v != 0; {
		following := m.call(next, uintptr(v))
		visit(v)
		v = following
	}
}

// values returns all values of one kind, in the module's order.
func (m *module) values(first, next uintptr) []ref {
	var list []ref
	m.each(first, next, func(v ref) { list = append(list, v) })
	return list
}

func (m *module) is(question uintptr, value ref) bool {
	return m.call(question, uintptr(value))&0xffffffff != 0
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
