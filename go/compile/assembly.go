package compile

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"

	"thinrex/go/assembly"
)

// checkAssembly fails for a module, optimised or not, that depends on files which no
// depfile names. While clang writes bitcode, it assembles the assembly outside of
// functions, to list its symbols: so the files of .include and .incbin there decide on
// the object. Assembly in functions is assembled at the link, except asm blocks in
// Microsoft's style, which the front end assembles.
//
// Only the module has the whole text of the assembly. In the source it may be put
// together from literals, escapes and macros.
//
// With -ffat-lto-objects the compiler also makes machine code, and assembles all assembly.
func (r *request) checkAssembly(module []byte) (err error) {
	if r.in.Fat {
		if module, err = embeddedBitcode(module); err != nil {
			return err
		}
	}
	reads, err := assembly.Module(module, r.in.AsmBlocks() || r.in.Fat)
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

// embeddedBitcode returns the module in an object of -ffat-lto-objects: as it was before
// the optimiser and the code generator made the machine code beside it.
func embeddedBitcode(object []byte) ([]byte, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, fmt.Errorf("read the object of -ffat-lto-objects: %w", err)
	}
	defer f.Close()
	section := f.Section(".llvm.lto")
	if section == nil {
		return nil, errors.New("the object of -ffat-lto-objects has no bitcode")
	}
	return section.Data()
}
