//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64 || s390x)

package cut

import (
	"errors"
	"runtime"

	"thinrex/go/bitcode"
)

// Kinds of linkage that matter here. Source: LLVMLinkage in llvm-c/Core.h.
const (
	appending = 7
	internal  = 8
	private   = 9
)

// A value is a function, variable or alias.
type value struct {
	ref
	local bool // its name belongs to this module alone
	body  bool // it is defined here
	list  bool // LLVM's own list of values, such as llvm.used
	kept  bool
	stays bool // though nothing refers to it
	gone  bool
}

func (m *module) value(v ref, keep set) value {
	linkage := m.call(m.api.GetLinkage, uintptr(v)) & 0xffffffff
	local := linkage == internal || linkage == private
	return value{
		ref:   v,
		local: local,
		body:  !m.is(m.api.IsDeclaration, v),
		list:  linkage == appending,
		kept:  keep[bitcode.GUID(m.text(m.api.GetValueName2, v), m.source, local)],
	}
}

// cut removes what neither is in keep nor is needed by it.
func (m *module) cut(keep, mention set) error {
	if m.call(m.api.GetModuleInlineAsm, uintptr(m.module), address(&m.out[0])); m.out[0] > 0 {
		return errors.New("it has assembly at module level")
	}
	if m.call(m.api.GetFirstGlobalIFunc, uintptr(m.module)) != 0 {
		return errors.New("it has an IFUNC")
	}
	kinds := [3][]value{}
	for i, functions := range [3][2]uintptr{
		{m.api.GetFirstGlobal, m.api.GetNextGlobal},
		{m.api.GetFirstFunction, m.api.GetNextFunction},
		{m.api.GetFirstGlobalAlias, m.api.GetNextGlobalAlias},
	} {
		m.each(functions[0], functions[1], func(v ref) { kinds[i] = append(kinds[i], m.value(v, keep)) })
	}
	variables, functions, aliases := kinds[0], kinds[1], kinds[2]
	if err := m.keepAliasees(aliases, variables, functions); err != nil {
		return err
	}
	for i := range variables {
		v := &variables[i]
		v.stays = v.kept || !v.local && mention[bitcode.GUID(m.text(m.api.GetValueName2, v.ref), m.source, false)]
	}
	m.readBodies(functions)
	m.empty(variables)
	m.strip(functions)
	m.removeAliases(aliases, functions, variables)
	m.removeUnused(variables, functions)
	m.fill(functions)
	return nil
}

// keepAliasees keeps what a kept alias is another name of: LLVM imports a copy of it.
func (m *module) keepAliasees(aliases []value, lists ...[]value) error {
	byRef := map[ref]*value{}
	for _, list := range lists {
		for i := range list {
			byRef[list[i].ref] = &list[i]
		}
	}
	for _, alias := range aliases {
		if !alias.kept {
			continue
		}
		of := byRef[m.call(m.api.AliasGetAliasee, uintptr(alias.ref))]
		if of == nil {
			return errors.New("it has an alias of an expression or of another alias")
		}
		of.kept = true
	}
	return nil
}

// readBodies reads the bodies of kept functions. LLVM reads a function's body before it
// runs passes on it; here there are none.
func (m *module) readBodies(functions []value) {
	manager := uintptr(m.call(m.api.CreateFunctionPassManagerForModule, uintptr(m.module)))
	for _, f := range functions {
		if f.kept && f.body {
			m.call(m.api.RunFunctionPassManager, manager, uintptr(f.ref))
		}
	}
	m.call(m.api.DisposePassManager, manager)
}

// empty takes the values of variables that aren't kept, and removes LLVM's lists.
func (m *module) empty(variables []value) {
	for i := range variables {
		v := &variables[i]
		switch {
		case v.list:
			m.call(m.api.DeleteGlobal, uintptr(v.ref))
			v.gone = true
		case v.body && !v.kept:
			zero := m.call(m.api.ConstNull, uintptr(m.call(m.api.GlobalGetValueType, uintptr(v.ref))))
			m.call(m.api.SetInitializer, uintptr(v.ref), uintptr(zero))
		}
	}
}

// strip takes from functions that aren't kept what refers to other functions.
func (m *module) strip(functions []value) {
	for _, f := range functions {
		if f.body && !f.kept && m.is(m.api.HasPersonalityFn, f.ref) {
			m.call(m.api.SetPersonalityFn, uintptr(f.ref), 0)
		}
	}
}

// removeUnused removes what nothing refers to, until all that is left is referred to.
func (m *module) removeUnused(variables, functions []value) {
	for again := true; again; {
		again = false
		for _, kind := range []struct {
			list   []value
			remove uintptr
		}{{variables, m.api.DeleteGlobal}, {functions, m.api.DeleteFunction}} {
			for i := range kind.list {
				v := &kind.list[i]
				if v.gone || v.kept || v.stays || m.used(v.ref, nil) {
					continue
				}
				if m.call(m.api.GetFirstUse, uintptr(v.ref)) != 0 { // constants that nothing refers to
					zero := m.call(m.api.ConstNull, uintptr(m.call(m.api.TypeOf, uintptr(v.ref))))
					m.call(m.api.ReplaceAllUsesWith, uintptr(v.ref), uintptr(zero))
				}
				m.call(kind.remove, uintptr(v.ref))
				v.gone, again = true, true
			}
		}
	}
}

// used reports whether anything but constants that nothing refers to refers to v.
// unused has the constants for which the answer is no.
func (m *module) used(v ref, unused map[ref]bool) bool {
	for use := m.call(m.api.GetFirstUse, uintptr(v)); use != 0; use = m.call(m.api.GetNextUse, uintptr(use)) {
		user := m.call(m.api.GetUser, uintptr(use))
		if unused[user] {
			continue
		}
		constant := m.call(m.api.IsAConstant, uintptr(user)) != 0 && m.call(m.api.IsAGlobalValue, uintptr(user)) == 0
		if unused == nil {
			unused = map[ref]bool{}
		}
		if !constant || m.used(user, unused) {
			return true
		}
		unused[user] = true
	}
	return false
}

// fill gives the functions that aren't kept, but referred to, a body that does nothing.
// They stay definitions: LLVM gives a local one its global name only then.
func (m *module) fill(functions []value) {
	builder := uintptr(m.call(m.api.CreateBuilderInContext, uintptr(m.context)))
	for _, f := range functions {
		if f.body && !f.kept && !f.gone {
			block := m.call(m.api.AppendBasicBlockInContext, uintptr(m.context), uintptr(f.ref), address(&noName[0]))
			m.call(m.api.PositionBuilderAtEnd, builder, uintptr(block))
			m.call(m.api.BuildUnreachable, builder)
		}
	}
	m.call(m.api.DisposeBuilder, builder)
}

// removeAliases removes the aliases that nothing refers to. LLVM's C API has no function
// for it, so a pass does it; a variable that refers to all else keeps that alive.
func (m *module) removeAliases(aliases []value, others ...[]value) {
	unused := false
	for _, a := range aliases {
		if !a.kept && !m.used(a.ref, nil) {
			m.call(m.api.SetLinkage, uintptr(a.ref), internal)
			unused = true
		}
	}
	if !unused {
		return
	}
	keeper := m.keeper(others...)
	options := uintptr(m.call(m.api.CreatePassBuilderOptions))
	m.call(m.api.RunPasses, uintptr(m.module), address(&dce[0]), 0, options)
	m.call(m.api.DisposePassBuilderOptions, options)
	m.call(m.api.DeleteGlobal, uintptr(keeper))
}

// keeper returns a new variable that refers to all values in lists.
func (m *module) keeper(lists ...[]value) ref {
	var all []ref
	for _, list := range lists {
		for _, v := range list {
			if !v.gone {
				all = append(all, v.ref)
			}
		}
	}
	all = append(all, 0) // so that there is a first one
	values := m.call(m.api.ConstStructInContext, uintptr(m.context), address(&all[0]), uintptr(len(all)-1), 0)
	runtime.KeepAlive(all)
	kind := m.call(m.api.TypeOf, uintptr(values))
	keeper := m.call(m.api.AddGlobal, uintptr(m.module), uintptr(kind), address(&noName[0]))
	m.call(m.api.SetInitializer, uintptr(keeper), uintptr(values))
	return keeper
}

// Texts for LLVM, which must not be on a stack.
var (
	noName = []byte("\x00")
	dce    = []byte("globaldce\x00")
)
