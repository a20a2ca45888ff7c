package clang

import (
	"bytes"
	"debug/elf"
	"io"
	"os"
)

// A header is what the kernel and the dynamic loader read of an ELF file.
type header struct {
	elf.FileHeader
	interpreter string // the loader that a program asks for; "" for a library or a static program
	dynamic     map[elf.DynTag][]string
}

// readHeader returns nil for a file that isn't ELF.
func readHeader(path string) (*header, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	image, err := elf.NewFile(f)
	if err != nil {
		return nil, nil
	}
	h := &header{FileHeader: image.FileHeader}
	for _, part := range image.Progs {
		switch part.Type {
		case elf.PT_INTERP:
			h.interpreter, _ = readString(part, 0)
		case elf.PT_DYNAMIC:
			h.dynamic = readDynamic(image, part)
		}
	}
	return h, nil
}

// maxDynamic bounds what is read of a dynamic segment.
const maxDynamic = 1 << 20

// readDynamic returns the strings of the dynamic segment by which the loader finds
// libraries. Package debug/elf would read the whole string table for each of them,
// which in libLLVM is megabytes of symbol names; and it needs section headers, which
// the loader doesn't need.
func readDynamic(image *elf.File, segment *elf.Prog) map[elf.DynTag][]string {
	word, read := uint64(8), image.ByteOrder.Uint64
	if image.Class == elf.ELFCLASS32 {
		word, read = 4, func(b []byte) uint64 { return uint64(image.ByteOrder.Uint32(b)) }
	}
	data, err := io.ReadAll(io.NewSectionReader(segment, 0, min(int64(segment.Filesz), maxDynamic)))
	if err != nil {
		return nil
	}
	offsets := map[elf.DynTag][]uint64{}
	for ; uint64(len(data)) >= 2*word; data = data[2*word:] {
		tag := elf.DynTag(read(data))
		if tag == elf.DT_NULL {
			break
		}
		offsets[tag] = append(offsets[tag], read(data[word:]))
	}
	if len(offsets[elf.DT_STRTAB]) == 0 {
		return nil
	}
	values := map[elf.DynTag][]string{}
	for _, tag := range []elf.DynTag{elf.DT_NEEDED, elf.DT_RPATH, elf.DT_RUNPATH} {
		for _, offset := range offsets[tag] {
			if s, ok := readMapped(image, offsets[elf.DT_STRTAB][0]+offset); ok {
				values[tag] = append(values[tag], s)
			}
		}
	}
	return values
}

// readMapped returns the string at an address of the file when it is loaded.
func readMapped(image *elf.File, address uint64) (s string, ok bool) {
	for _, part := range image.Progs {
		if part.Type == elf.PT_LOAD && part.Vaddr <= address && address-part.Vaddr < part.Filesz {
			return readString(part, int64(address-part.Vaddr))
		}
	}
	return "", false
}

// maxPath bounds a string of an ELF file.
const maxPath = 4096

func readString(r io.ReaderAt, offset int64) (s string, ok bool) {
	buf := make([]byte, maxPath)
	n, err := r.ReadAt(buf, offset)
	if err != nil && err != io.EOF {
		return "", false
	}
	end := bytes.IndexByte(buf[:n], 0)
	if end < 0 {
		return "", false
	}
	return string(buf[:end]), true
}
