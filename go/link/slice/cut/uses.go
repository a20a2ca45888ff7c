//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

// used reports whether anything but constants that nothing refers to refers to v.
// unused has the constants for which the answer is no.
func (c *cutting) used(v ref, unused map[ref]bool) bool {
	for use := c.call(c.api.GetFirstUse, uintptr(v)); use != 0; use = c.call(c.api.GetNextUse, uintptr(use)) {
		user := c.call(c.api.GetUser, uintptr(use))
		if unused[user] {
			continue
		}
		if c.call(c.api.IsAConstant, uintptr(user)) == 0 || c.call(c.api.IsAGlobalValue, uintptr(user)) != 0 {
			return true
		}
		if c.inMetadata[user] || c.expressions && c.call(c.api.IsAConstantExpr, uintptr(user)) != 0 {
			return true
		}
		if unused == nil {
			unused = map[ref]bool{}
		}
		if c.used(user, unused) {
			return true
		}
		unused[user] = true
	}
	return false
}

// readDebugRecords finds what the kept functions' debug records refer to.
func (c *cutting) readDebugRecords() {
	for _, f := range c.functions {
		if !f.kept || !f.Body {
			continue
		}
		for _, block := range c.list(f.ref, c.api.GetFirstBasicBlock, c.api.GetNextBasicBlock) {
			for in := c.call(c.api.GetFirstInstruction, uintptr(block)); in != 0; {
				for record := c.call(c.api.GetFirstDbgRecord, uintptr(in)); record != 0; {
					c.readDebugRecord(record)
					record = c.call(c.api.GetNextDbgRecord, uintptr(record))
				}
				in = c.call(c.api.GetNextInstruction, uintptr(in))
			}
		}
	}
	for _, list := range [][]value{c.variables, c.functions, c.aliases} {
		for i := range list {
			list[i].stays = list[i].stays || c.inMetadata[list[i].ref]
		}
	}
}

func (c *cutting) readDebugRecord(record ref) {
	const label = 0
	if uint32(c.call(c.api.DbgRecordGetKind, uintptr(record))) == label {
		return
	}
	at := c.call(c.api.DbgVariableRecordGetValue, uintptr(record), 0)
	if at != 0 && c.call(c.api.IsAConstant, uintptr(at)) != 0 {
		c.inMetadata[at] = true
	}
}
