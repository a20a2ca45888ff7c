//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/ebitengine/purego"
)

// A Library is an LLVM that has been loaded. Its functions belong to LLVM's stable C API.
// One goroutine at a time may use it.
type Library struct {
	Version string // "22.1.8"

	api api
	// What functions write their results to, and read a list from: C must not get pointers
	// into a stack, which Go may move.
	out   *[1]uintptr
	refs  []ref
	chars []byte
}

// An api has the address of each function under the name that it has in C, without its
// prefix LLVM.
type api struct {
	AddGlobal                          uintptr
	AliasGetAliasee                    uintptr
	AppendBasicBlockInContext          uintptr
	ArrayType2                         uintptr
	BuildUnreachable                   uintptr
	ConstNull                          uintptr
	ConstStructInContext               uintptr
	ContextCreate                      uintptr
	ContextDispose                     uintptr
	CreateBuilderInContext             uintptr
	CreateFunctionPassManagerForModule uintptr
	CreateMemoryBufferWithMemoryRange  uintptr
	CreatePassBuilderOptions           uintptr
	DbgRecordGetKind                   uintptr
	DbgVariableRecordGetValue          uintptr
	DeleteFunction                     uintptr
	DeleteGlobal                       uintptr
	DisposeBuilder                     uintptr
	DisposeMemoryBuffer                uintptr
	DisposeMessage                     uintptr
	DisposeModule                      uintptr
	DisposePassBuilderOptions          uintptr
	DisposePassManager                 uintptr
	DisposeValueMetadataEntries        uintptr
	GetAlignment                       uintptr
	GetBasicBlockParent                uintptr
	GetBitcodeModuleInContext2         uintptr
	GetBufferSize                      uintptr
	GetBufferStart                     uintptr
	GetCallSiteEnumAttribute           uintptr
	GetCalledFunctionType              uintptr
	GetCalledValue                     uintptr
	GetEnumAttributeAtIndex            uintptr
	GetEnumAttributeKindForName        uintptr
	GetFirstBasicBlock                 uintptr
	GetFirstDbgRecord                  uintptr
	GetFirstFunction                   uintptr
	GetFirstGlobal                     uintptr
	GetFirstGlobalAlias                uintptr
	GetFirstInstruction                uintptr
	GetFirstUse                        uintptr
	GetInitializer                     uintptr
	GetInstructionParent               uintptr
	GetMDKindIDInContext               uintptr
	GetModuleFlag                      uintptr
	GetModuleInlineAsm                 uintptr
	GetNextBasicBlock                  uintptr
	GetNextDbgRecord                   uintptr
	GetNextFunction                    uintptr
	GetNextGlobal                      uintptr
	GetNextGlobalAlias                 uintptr
	GetNextInstruction                 uintptr
	GetNextUse                         uintptr
	GetNumArgOperands                  uintptr
	GetOperandUse                      uintptr
	GetReturnType                      uintptr
	GetTarget                          uintptr
	GetTypeKind                        uintptr
	GetUnnamedAddress                  uintptr
	GetUser                            uintptr
	GetValueName2                      uintptr
	GetVersion                         uintptr
	GlobalCopyAllMetadata              uintptr
	GlobalGetValueType                 uintptr
	HasPersonalityFn                   uintptr
	Int8TypeInContext                  uintptr
	IsACallInst                        uintptr
	IsAConstant                        uintptr
	IsAConstantAggregateZero           uintptr
	IsAConstantDataArray               uintptr
	IsAConstantExpr                    uintptr
	IsAFunction                        uintptr
	IsAGlobalValue                     uintptr
	IsAInvokeInst                      uintptr
	ParseBitcodeInContext2             uintptr
	PositionBuilderAtEnd               uintptr
	PrintModuleToString                uintptr
	ReplaceAllUsesWith                 uintptr
	RunFunctionPassManager             uintptr
	RunPasses                          uintptr
	SetAlignment                       uintptr
	SetGlobalConstant                  uintptr
	SetInitializer                     uintptr
	SetLinkage                         uintptr
	SetPersonalityFn                   uintptr
	SetUnnamedAddress                  uintptr
	SetValueName2                      uintptr
	TypeOf                             uintptr
	WriteBitcodeToMemoryBuffer         uintptr
}

// Load loads the library in the file path. It fails if the file isn't an LLVM with all
// functions that are needed.
func Load(path string) (*Library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	l := &Library{out: new([1]uintptr)}
	addresses := reflect.ValueOf(&l.api).Elem()
	for i := range addresses.NumField() {
		name := "LLVM" + addresses.Type().Field(i).Name
		address, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("%s has no function %s", path, name)
		}
		*addresses.Field(i).Addr().Interface().(*uintptr) = address
	}
	numbers := &version
	l.call(l.api.GetVersion, address(&numbers[0]), address(&numbers[1]), address(&numbers[2]))
	l.Version = fmt.Sprintf("%d.%d.%d", numbers[0], numbers[1], numbers[2])
	return l, nil
}

func (l *Library) call(function uintptr, args ...uintptr) ref {
	result, _, _ := purego.SyscallN(function, args...)
	return ref(result)
}

// version is where Load has LLVM write its version to.
var version [3]uint32

// forC returns where a text is for C, and its length, until the next call.
func (l *Library) forC(text string) (at, size uintptr) {
	l.chars = append(append(l.chars[:0], text...), 0)
	return address(&l.chars[0]), uintptr(len(text))
}

// A ref points to something of LLVM's; 0 is none.
type ref uintptr

// address returns where p points to. Go doesn't move what is not on a stack.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// memory returns size bytes that belong to LLVM.
func memory(at ref, size uintptr) []byte {
	if size == 0 {
		return nil
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), size)
}
