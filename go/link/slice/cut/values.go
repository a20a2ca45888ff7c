//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"errors"

	"thinrex/go/bitcode"
	"thinrex/go/link/slice"
)

// A value is a function, variable or alias.
type value struct {
	ref
	bitcode.Value
	kept  bool
	stays bool // though nothing refers to it
	gone  bool
}

// A cutting is a module that is being cut.
type cutting struct {
	*module
	variables, functions, aliases []value
	// metadata refers to these constants, or to any: LLVM's lists of uses don't tell.
	inMetadata  map[ref]bool
	expressions bool
}

// cut removes what is neither kept nor needed by what is.
func (m *module) cut(contents *bitcode.Contents, r slice.Request) error {
	keep, mention := newSet(r.Keep), newSet(r.Mention)
	if m.call(m.api.GetModuleInlineAsm, uintptr(m.module), address(&m.out[0])); m.out[0] > 0 {
		return errors.New("it has assembly at module level")
	}
	c := &cutting{module: m, inMetadata: map[ref]bool{}, expressions: contents.MetadataExpressions}
	err := errors.Join(
		c.find(&c.variables, contents.Variables, keep, m.api.GetFirstGlobal, m.api.GetNextGlobal),
		c.find(&c.functions, contents.Functions, keep, m.api.GetFirstFunction, m.api.GetNextFunction),
		c.find(&c.aliases, contents.Aliases, keep, m.api.GetFirstGlobalAlias, m.api.GetNextGlobalAlias),
	)
	if err != nil {
		return err
	}
	if !c.hasAll(keep) {
		return errors.New("a value that the job imports isn't in it")
	}
	for i := range c.variables {
		v := &c.variables[i]
		v.stays = v.stays || !v.Local && mention[v.GUID]
	}
	if err := c.keepAliasees(); err != nil {
		return err
	}
	c.readBodies()
	if debugInfo(contents) {
		c.readDebugRecords()
	}
	c.empty()
	c.removeUnused()
	if c.removeAliases() {
		c.removeUnused()
	}
	c.fill()
	c.removeTexts(newSet(r.Texts), newSet(r.Seen))
	return c.number(r.Literals)
}

// find makes the list of all values of one kind.
func (c *cutting) find(list *[]value, known []bitcode.Value, keep set, first, next uintptr) error {
	refs := c.list(c.module.module, first, next)
	if len(refs) != len(known) {
		return errors.New("LLVM has other values than the file")
	}
	*list = make([]value, len(refs))
	for i, k := range known {
		(*list)[i] = value{ref: refs[i], Value: k, kept: keep[k.GUID], stays: k.InMetadata && !k.Appending}
	}
	return nil
}

// hasAll reports whether all values in keep are here. If one were not found because LLVM
// counts GUIDs in a new way, its body would be lost.
func (c *cutting) hasAll(keep set) bool {
	found := set{}
	for _, list := range [][]value{c.variables, c.functions, c.aliases} {
		for _, v := range list {
			if v.kept {
				found[v.GUID] = true
			}
		}
	}
	return len(found) == len(keep)
}

// keepAliasees keeps what a kept alias is another name of: LLVM imports a copy of it.
func (c *cutting) keepAliasees() error {
	byRef := map[ref]*value{}
	for _, list := range [][]value{c.variables, c.functions} {
		for i := range list {
			byRef[list[i].ref] = &list[i]
		}
	}
	for _, alias := range c.aliases {
		if !alias.kept {
			continue
		}
		of := byRef[c.call(c.api.AliasGetAliasee, uintptr(alias.ref))]
		if of == nil {
			return errors.New("it has an alias of an expression or of another alias")
		}
		of.kept = true
	}
	return nil
}

// readBodies reads the bodies of kept functions. LLVM reads a function's body before it
// runs passes on it; here there are none.
func (c *cutting) readBodies() {
	manager := uintptr(c.call(c.api.CreateFunctionPassManagerForModule, uintptr(c.module.module)))
	for _, f := range c.functions {
		if f.kept && f.Body {
			c.call(c.api.RunFunctionPassManager, manager, uintptr(f.ref))
		}
	}
	c.call(c.api.DisposePassManager, manager)
}

// empty takes the contents of what isn't kept, and removes LLVM's lists.
func (c *cutting) empty() {
	for i := range c.variables {
		v := &c.variables[i]
		switch {
		case v.Appending:
			c.call(c.api.DeleteGlobal, uintptr(v.ref))
			v.gone = true
		case v.Body && !v.kept:
			zero := c.call(c.api.ConstNull, uintptr(c.call(c.api.GlobalGetValueType, uintptr(v.ref))))
			c.call(c.api.SetInitializer, uintptr(v.ref), uintptr(zero))
		}
	}
	for _, f := range c.functions {
		if f.Body && !f.kept && c.is(c.api.HasPersonalityFn, f.ref) {
			c.call(c.api.SetPersonalityFn, uintptr(f.ref), 0)
		}
	}
}

// removeUnused removes what nothing refers to, until all that is left is referred to.
func (c *cutting) removeUnused() {
	for again := true; again; {
		again = c.removeUnusedOf(c.variables, c.api.DeleteGlobal)
		again = c.removeUnusedOf(c.functions, c.api.DeleteFunction) || again
	}
}

func (c *cutting) removeUnusedOf(list []value, remove uintptr) (removed bool) {
	for i := range list {
		v := &list[i]
		if v.gone || v.kept || v.stays || c.used(v.ref, nil) {
			continue
		}
		if c.call(c.api.GetFirstUse, uintptr(v.ref)) != 0 { // by constants that nothing refers to
			zero := c.call(c.api.ConstNull, uintptr(c.call(c.api.TypeOf, uintptr(v.ref))))
			c.call(c.api.ReplaceAllUsesWith, uintptr(v.ref), uintptr(zero))
		}
		c.call(remove, uintptr(v.ref))
		v.gone, removed = true, true
	}
	return removed
}

// fill gives the functions that aren't kept, but referred to, a body that does nothing.
// They stay definitions: LLVM gives a local one its global name only then.
func (c *cutting) fill() {
	builder := uintptr(c.call(c.api.CreateBuilderInContext, uintptr(c.context)))
	for _, f := range c.functions {
		if f.Body && !f.kept && !f.gone {
			block := c.call(c.api.AppendBasicBlockInContext, uintptr(c.context), uintptr(f.ref), address(&noName[0]))
			c.call(c.api.PositionBuilderAtEnd, builder, uintptr(block))
			c.call(c.api.BuildUnreachable, builder)
		}
	}
	c.call(c.api.DisposeBuilder, builder)
}
