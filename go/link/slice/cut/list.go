//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"thinrex/go/bitcode"
	"thinrex/go/link/slice"
)

// maxListed bounds the file of a module whose values are listed: its text is some ten times
// as long.
const maxListed = 16 << 20 // bytes

// List returns what is in the module in a file, which must have been written by this LLVM.
func (l *Library) List(path string) ([]slice.Value, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	switch {
	case len(data) > maxListed:
		return nil, fmt.Errorf("it has %d bytes; the maximum is %d", len(data), maxListed)
	case !bitcode.Is(data):
		return nil, errors.New("it isn't bitcode")
	}
	text, err := l.print(data)
	if err != nil {
		return nil, err
	}
	return valuesIn(text), nil
}

// print returns a module as LLVM's assembly.
func (l *Library) print(data []byte) (string, error) {
	context := uintptr(l.call(l.api.ContextCreate))
	defer l.call(l.api.ContextDispose, context)
	buffer := uintptr(l.call(l.api.CreateMemoryBufferWithMemoryRange,
		address(&data[0]), uintptr(len(data)), address(&noName[0]), 0))
	defer runtime.KeepAlive(data)
	defer l.call(l.api.DisposeMemoryBuffer, buffer)
	if uint32(l.call(l.api.ParseBitcodeInContext2, context, buffer, address(&l.out[0]))) != 0 {
		return "", errors.New("LLVM can't read it")
	}
	module := l.out[0]
	defer l.call(l.api.DisposeModule, module)
	printed := l.call(l.api.PrintModuleToString, module)
	defer l.call(l.api.DisposeMessage, uintptr(printed))
	return unix.BytePtrToString(*(**byte)(unsafe.Pointer(&printed))), nil
}
