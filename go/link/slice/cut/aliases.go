//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

// globalDCE is the name of the pass that removes local values that nothing refers to.
var globalDCE = []byte("globaldce\x00")

// removeAliases removes the aliases that nothing refers to, and reports whether there were
// any. LLVM's C API has no function for it, so a pass does it; a variable that refers to
// all else keeps that alive.
func (c *cutting) removeAliases() (unused bool) {
	for _, a := range c.aliases {
		if !a.kept && !a.stays && !c.used(a.ref, nil) {
			const internal = 8
			c.call(c.api.SetLinkage, uintptr(a.ref), internal)
			unused = true
		}
	}
	if !unused {
		return false
	}
	keeper := c.refersTo(c.variables, c.functions)
	options := uintptr(c.call(c.api.CreatePassBuilderOptions))
	c.call(c.api.RunPasses, uintptr(c.module.module), address(&globalDCE[0]), 0, options)
	c.call(c.api.DisposePassBuilderOptions, options)
	c.call(c.api.DeleteGlobal, uintptr(keeper))
	return true
}

// refersTo returns a new variable that refers to all values in lists.
func (c *cutting) refersTo(lists ...[]value) ref {
	all := c.refs[:0]
	for _, list := range lists {
		for _, v := range list {
			if !v.gone {
				all = append(all, v.ref)
			}
		}
	}
	all = append(all, 0) // so that there is a first one
	values := c.call(c.api.ConstStructInContext, uintptr(c.context), address(&all[0]), uintptr(len(all)-1), 0)
	c.refs = all
	kind := c.call(c.api.TypeOf, uintptr(values))
	variable := c.call(c.api.AddGlobal, uintptr(c.module.module), uintptr(kind), address(&noName[0]))
	c.call(c.api.SetInitializer, uintptr(variable), uintptr(values))
	return variable
}
