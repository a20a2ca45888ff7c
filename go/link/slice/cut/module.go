//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"bytes"
	"errors"
	"runtime"
)

// A module is a module in LLVM's memory, in a context of its own: names of types are
// numbered within a context, and must not depend on earlier requests.
type module struct {
	*Library
	data    []byte // which LLVM reads functions from when they are needed
	context ref
	module  ref
}

// noName is an empty name for LLVM. What LLVM gets a pointer to must not be on a stack.
var (
	noName         = []byte("\x00")
	sourceLocation = []byte("srcloc")
)

// open reads all of a module but the bodies of its functions.
func (l *Library) open(data []byte) (*module, error) {
	m := &module{Library: l, data: data, context: l.call(l.api.ContextCreate)}
	// A module lists all kinds of metadata that its context has. LLVM knows all that clang
	// makes but this one, for assembly in functions, which must not change other slices.
	l.call(l.api.GetMDKindIDInContext, uintptr(m.context), address(&sourceLocation[0]), uintptr(len(sourceLocation)))
	buffer := l.call(l.api.CreateMemoryBufferWithMemoryRange,
		address(&data[0]), uintptr(len(data)), address(&noName[0]), 0)
	if l.call(l.api.GetBitcodeModuleInContext2, uintptr(m.context), uintptr(buffer), address(&l.out[0])) != 0 {
		l.call(l.api.ContextDispose, uintptr(m.context))
		return nil, errors.New("LLVM can't read it")
	}
	m.module = ref(l.out[0])
	return m, nil
}

func (m *module) close() {
	m.call(m.api.DisposeModule, uintptr(m.module))
	m.call(m.api.ContextDispose, uintptr(m.context))
	runtime.KeepAlive(m.data)
}

// write returns the module as bitcode.
func (m *module) write() []byte {
	buffer := uintptr(m.call(m.api.WriteBitcodeToMemoryBuffer, uintptr(m.module)))
	size := m.call(m.api.GetBufferSize, buffer)
	data := bytes.Clone(memory(m.call(m.api.GetBufferStart, buffer), uintptr(size)))
	m.call(m.api.DisposeMemoryBuffer, buffer)
	return data
}

// list returns all of something that of has, in LLVM's order.
func (m *module) list(of ref, first, next uintptr) []ref {
	var list []ref
	for v := m.call(first, uintptr(of)); v != 0; v = m.call(next, uintptr(v)) {
		list = append(list, v)
	}
	return list
}

// A call's result of C's type int or LLVMBool leaves the upper half undefined.
func (m *module) is(question uintptr, v ref) bool { return uint32(m.call(question, uintptr(v))) != 0 }
