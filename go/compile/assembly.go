package compile

import "thinrex/go/assembly"

// checkAssembly says why a module, unoptimised or not, depends on files that
// neither a depfile nor the includes name. While clang writes bitcode, it
// assembles what stands outside of functions, to list the symbols there: so the
// files of .include and .incbin decide on the object, or that there is none.
// What stands in functions is assembled at the link, but for asm blocks in the
// style of Microsoft, which the front end assembles.
//
// The module is the only place where the whole text stands: in the source it
// may be put together of literals, escapes and macros.
func (c *compilation) checkAssembly(module []byte) error {
	r, err := assembly.Module(module, c.in.AsmBlocks())
	if err != nil {
		return err
	}
	switch files, unclear := r.Files(); {
	case unclear != "":
		return plain("its assembly may read files that thinrex can't find, because %s", unclear)
	case len(files) > 0:
		return plain("its assembly reads %s", files[0].Name)
	}
	return nil
}
