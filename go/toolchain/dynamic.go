package toolchain

import (
	"bytes"
	"debug/elf"
	"io"
)

// readDynamic returns the strings of a file's dynamic section that the loader
// needs. debug/elf would read the whole string table for each, which in
// libLLVM holds megabytes of symbol names. ok is false for a file that isn't
// a dynamically linked ELF file.
func readDynamic(f io.ReaderAt) (values map[elf.DynTag][]string, ok bool) {
	image, err := elf.NewFile(f)
	if err != nil {
		return nil, false
	}
	section := image.SectionByType(elf.SHT_DYNAMIC)
	if section == nil || int(section.Link) >= len(image.Sections) {
		return nil, false
	}
	data, err := section.Data()
	if err != nil {
		return nil, false
	}
	strtab := image.Sections[section.Link]
	values = map[elf.DynTag][]string{}
	word := 8
	read := image.ByteOrder.Uint64
	if image.Class == elf.ELFCLASS32 {
		word, read = 4, func(b []byte) uint64 { return uint64(image.ByteOrder.Uint32(b)) }
	}
	for ; len(data) >= 2*word; data = data[2*word:] {
		tag := elf.DynTag(read(data))
		if tag != elf.DT_NEEDED && tag != elf.DT_RPATH && tag != elf.DT_RUNPATH {
			continue
		}
		if s, ok := readString(strtab, int64(read(data[word:]))); ok {
			values[tag] = append(values[tag], s)
		}
	}
	return values, true
}

// maxPath bounds a string of the dynamic section.
const maxPath = 4096

func readString(strtab io.ReaderAt, offset int64) (s string, ok bool) {
	buf := make([]byte, maxPath)
	n, err := strtab.ReadAt(buf, offset)
	if err != nil && err != io.EOF {
		return "", false
	}
	end := bytes.IndexByte(buf[:n], 0)
	if end < 0 {
		return "", false
	}
	return string(buf[:end]), true
}
