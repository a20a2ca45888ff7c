package compile

import "thinrex/go/assembly"

// checkAssembly fails for a module, optimised or not, that depends on files which no
// depfile names. While clang writes bitcode, it assembles the assembly outside of
// functions, to list its symbols: so the files of .include and .incbin there decide on
// the object. Assembly in functions is assembled at the link, except asm blocks in
// Microsoft's style, which the front end assembles.
//
// Only the module has the whole text of the assembly. In the source it may be put
// together from literals, escapes and macros.
func (r *request) checkAssembly(module []byte) error {
	reads, err := assembly.Module(module, r.in.AsmBlocks())
	if err != nil {
		return err
	}
	switch files, unclear := reads.Files(); {
	case unclear != "":
		return notCached("its assembly may read files that thinrex can't find, because %s", unclear)
	case len(files) > 0:
		return notCached("its assembly reads %s", files[0].Name)
	}
	return nil
}
