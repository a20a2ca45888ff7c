//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"math"
	"strings"
)

// removeTexts replaces string literals that LLVM can't read the texts of by ones without a
// text. Optimisations read a literal, and so its text is an input of a job that imports a
// function with it; but not if the function only passes the literal to another one that
// LLVM sees nothing of: luaL_error(L, "bad argument"). Such a text is in the object of its
// own module alone, and its length matters no more than its characters.
func (c *cutting) removeTexts(texts, seen set) {
	if len(texts) == 0 || !c.ignoresSizes() {
		return
	}
	r := &textReader{cutting: c, seen: seen, opaque: map[ref]bool{}}
	for i := range c.variables {
		v := &c.variables[i]
		if texts[v.GUID] && !v.gone && !v.stays && c.isText(v.ref) && !c.hasMetadata(v.ref) && !r.reads(v.ref) {
			c.replaceText(v)
		}
	}
}

// ignoresSizes reports whether the target addresses all variables alike. Some have an area
// for small ones, or for large ones.
func (c *cutting) ignoresSizes() bool {
	target := c.text(c.call(c.api.GetTarget, uintptr(c.module.module)))
	known := strings.HasPrefix(target, "x86_64-") || strings.HasPrefix(target, "aarch64-")
	return known && strings.Contains(target, "-linux") &&
		c.call(c.api.GetModuleFlag, uintptr(c.module.module), address(&codeModel[0]), uintptr(len(codeModel))) == 0
}

var codeModel = []byte("Code Model")

// isText reports whether a variable's initial value consists of numbers only.
func (c *cutting) isText(v ref) bool {
	value := c.call(c.api.GetInitializer, uintptr(v))
	return value != 0 && (c.call(c.api.IsAConstantDataArray, uintptr(value)) != 0 ||
		c.call(c.api.IsAConstantAggregateZero, uintptr(value)) != 0)
}

func (c *cutting) hasMetadata(v ref) bool {
	entries := c.call(c.api.GlobalCopyAllMetadata, uintptr(v), address(&c.out[0]))
	c.call(c.api.DisposeValueMetadataEntries, uintptr(entries))
	return c.out[0] != 0
}

// replaceText puts an empty literal in place of one. LLVM appends it to the module's list,
// which shows in no object: importers get no copy of it.
func (c *cutting) replaceText(v *value) {
	const private = 9
	char := c.call(c.api.Int8TypeInContext, uintptr(c.context))
	kind := c.call(c.api.ArrayType2, uintptr(char), 1)
	empty := c.call(c.api.AddGlobal, uintptr(c.module.module), uintptr(kind), address(&noName[0]))
	c.call(c.api.SetInitializer, uintptr(empty), uintptr(c.call(c.api.ConstNull, uintptr(kind))))
	c.call(c.api.SetLinkage, uintptr(empty), private)
	c.call(c.api.SetGlobalConstant, uintptr(empty), 1)
	c.call(c.api.SetUnnamedAddress, uintptr(empty), uintptr(uint32(c.call(c.api.GetUnnamedAddress, uintptr(v.ref)))))
	c.call(c.api.SetAlignment, uintptr(empty), uintptr(uint32(c.call(c.api.GetAlignment, uintptr(v.ref)))))
	name, size := c.forC(c.name(v.ref))
	c.call(c.api.ReplaceAllUsesWith, uintptr(v.ref), uintptr(empty))
	c.call(c.api.DeleteGlobal, uintptr(v.ref))
	c.call(c.api.SetValueName2, uintptr(empty), name, size)
	v.ref = empty
}

// A textReader finds out which functions see the texts that they get.
type textReader struct {
	*cutting
	seen      set
	opaque    map[ref]bool // functions that were looked at: whether LLVM sees nothing of them
	functions map[ref]*value
	variadic  map[ref]bool
}

// reads reports whether anything is done with a literal but to pass it to opaque functions.
func (r *textReader) reads(v ref) bool {
	passed := false
	for use := r.call(r.api.GetFirstUse, uintptr(v)); use != 0; use = r.call(r.api.GetNextUse, uintptr(use)) {
		user := r.call(r.api.GetUser, uintptr(use))
		if r.call(r.api.IsAConstant, uintptr(user)) != 0 {
			if r.call(r.api.IsAGlobalValue, uintptr(user)) != 0 || r.inMetadata[user] || r.expressions ||
				r.used(user, nil) {
				return true
			}
			continue
		}
		if !r.passes(user, use) {
			return true
		}
		passed = true
	}
	return !passed
}

// passes reports whether an instruction is a call of an opaque function, and a use one of
// its arguments.
func (r *textReader) passes(in, use ref) bool {
	if r.call(r.api.IsACallInst, uintptr(in)) == 0 && r.call(r.api.IsAInvokeInst, uintptr(in)) == 0 {
		return false
	}
	callee := r.call(r.api.GetCalledValue, uintptr(in))
	kind := r.call(r.api.GetCalledFunctionType, uintptr(in))
	if r.call(r.api.IsAFunction, uintptr(callee)) == 0 || !r.isOpaque(callee) || !r.returnsNumber(kind) ||
		r.call(r.api.GlobalGetValueType, uintptr(callee)) != kind ||
		r.call(r.api.GetCallSiteEnumAttribute, uintptr(in), functionIndex, r.attribute("memory")) != 0 {
		return false
	}
	arguments := uint32(r.call(r.api.GetNumArgOperands, uintptr(in)))
	for i := range arguments {
		if r.call(r.api.GetOperandUse, uintptr(in), uintptr(i)) == use {
			return !r.isMore(in, callee, i+1)
		}
	}
	return false
}

// returnsNumber reports whether functions of a type return a number or nothing. A function
// that returns a pointer may be known to return its argument, by a declaration in any module
// of the job: then the caller's reading by the result is one of the literal.
func (r *textReader) returnsNumber(function ref) bool {
	const void, half, float, double, integer = 0, 1, 2, 3, 8
	switch uint32(r.call(r.api.GetTypeKind, uintptr(r.call(r.api.GetReturnType, uintptr(function))))) {
	case void, half, float, double, integer:
		return true
	}
	return false
}

// isMore reports whether a parameter has an attribute by which it is more than a pointer: its
// memory is copied or has a size. The first one has the index 1.
func (r *textReader) isMore(in, callee ref, index uint32) bool {
	for _, name := range tellingAttributes {
		if r.call(r.api.GetCallSiteEnumAttribute, uintptr(in), uintptr(index), r.attribute(name)) != 0 ||
			r.hasAttribute(callee, index, name) {
			return true
		}
	}
	return false
}

// functionIndex is the index of a function's own attributes: -1 in C.
const functionIndex = math.MaxUint32

func (r *textReader) hasAttribute(function ref, index uint32, name string) bool {
	return r.call(r.api.GetEnumAttributeAtIndex, uintptr(function), uintptr(index), r.attribute(name)) != 0
}

// attribute returns LLVM's number for an attribute.
func (r *textReader) attribute(name string) uintptr {
	text, size := r.forC(name)
	return uintptr(uint32(r.call(r.api.GetEnumAttributeKindForName, text, size)))
}

var tellingAttributes = strings.Fields(
	"byval byref inalloca preallocated sret dereferenceable dereferenceable_or_null")

// isOpaque reports whether LLVM sees nothing of what a function does with its arguments:
// it is no function that LLVM knows by name, and the job has no body of it; or it reads
// further arguments with va_start, so that it is never inlined. If it is known which memory
// it uses, here or by a declaration in another module of the job (see bitcode.Seen), LLVM
// compares what it is passed with other memory, and sizes matter.
func (r *textReader) isOpaque(f ref) bool {
	opaque, known := r.opaque[f]
	if !known {
		v := r.function(f)
		opaque = v != nil && !v.Local && !r.seen[v.GUID] && !knownName(r.name(f)) &&
			(!v.Body || !v.kept || r.variadic[f]) && !r.hasAttribute(f, functionIndex, "memory")
		r.opaque[f] = opaque
	}
	return opaque
}

func (r *textReader) function(f ref) *value {
	if r.functions == nil {
		r.functions, r.variadic = map[ref]*value{}, map[ref]bool{}
		for i := range r.cutting.functions {
			v := &r.cutting.functions[i]
			if v.gone {
				continue
			}
			r.functions[v.ref] = v
			if !v.Body && strings.HasPrefix(r.name(v.ref), "llvm.va_start.") {
				r.addCallers(v.ref)
			}
		}
	}
	return r.functions[f]
}

// addCallers takes note of the functions that call va_start.
func (r *textReader) addCallers(start ref) {
	for use := r.call(r.api.GetFirstUse, uintptr(start)); use != 0; use = r.call(r.api.GetNextUse, uintptr(use)) {
		in := r.call(r.api.GetUser, uintptr(use))
		if r.call(r.api.IsACallInst, uintptr(in)) != 0 {
			block := r.call(r.api.GetInstructionParent, uintptr(in))
			r.variadic[r.call(r.api.GetBasicBlockParent, uintptr(block))] = true
		}
	}
}
