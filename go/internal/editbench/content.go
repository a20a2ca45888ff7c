//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
)

// A promoted symbol has the hash of its module in its name, so each edit of a module
// renames it in all objects that use it.
var promoted = regexp.MustCompile(`\.llvm\.\d+`)

// contentOf returns a digest of what is in an object apart from the hashes in names:
// sections, relocations and symbols.
func contentOf(object []byte) (string, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, s := range f.Sections {
		if s.Type == elf.SHT_STRTAB || s.Type == elf.SHT_SYMTAB {
			continue
		}
		fmt.Fprintln(h, withoutHashes(s.Name), s.Type, s.Flags, s.Size, s.Addralign, s.Link, s.Info)
		if s.Type != elf.SHT_NOBITS && s.Type != elf.SHT_NULL {
			if _, err := io.Copy(h, s.Open()); err != nil {
				return "", err
			}
		}
	}
	symbols, err := f.Symbols()
	if err != nil {
		return "", err
	}
	for _, s := range symbols {
		fmt.Fprintln(h, withoutHashes(s.Name), s.Info, s.Other, s.Section, s.Value, s.Size)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func withoutHashes(name string) string { return promoted.ReplaceAllString(name, ".llvm.") }
