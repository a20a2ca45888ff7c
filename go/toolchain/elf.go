package toolchain

import (
	"bufio"
	"debug/elf"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// llvmName matches the shared libraries that make objects. Others, such as
// libz, have no say in what an object holds, and differ from machine to
// machine: with them in the identity nobody would share a cache.
var llvmName = regexp.MustCompile(`^lib(LLVM|clang|LTO|Polly|MLIR)`)

// llvmLibraries returns the LLVM and clang shared libraries that the ELF
// program at path loads, in the order of discovery. It returns none for a
// file that isn't ELF. The dynamic loader's rules are those of ld.so(8).
func llvmLibraries(path string, env []string) ([]string, error) {
	var found []string
	search := &loader{env: env, system: systemDirs()}
	for queue := []string{path}; len(queue) > 0; queue = queue[1:] {
		needed, dirs, err := search.needed(queue[0])
		if err != nil {
			return nil, err
		}
		for _, name := range needed {
			if !llvmName.MatchString(name) {
				continue
			}
			if lib := lookup(name, dirs); lib != "" && !slices.Contains(found, lib) {
				found = append(found, lib)
				queue = append(queue, lib)
			}
		}
	}
	return found, nil
}

type loader struct{ env, system []string }

// needed returns the DT_NEEDED names of a file and the folders in which the
// loader looks for them. A file that isn't ELF needs nothing.
func (l *loader) needed(path string) (names, dirs []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	dynamic, ok := readDynamic(f)
	if !ok {
		return nil, nil, nil
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, nil, err
	}
	runpath := expand(dynamic[elf.DT_RUNPATH], real)
	if len(runpath) == 0 {
		dirs = expand(dynamic[elf.DT_RPATH], real)
	}
	dirs = append(dirs, l.libraryPath()...)
	dirs = append(dirs, runpath...)
	return dynamic[elf.DT_NEEDED], append(dirs, l.system...), nil
}

// expand splits search paths and replaces $ORIGIN by the file's folder.
func expand(values []string, path string) []string {
	var dirs []string
	for _, v := range values {
		for dir := range strings.SplitSeq(v, ":") {
			dir = strings.ReplaceAll(dir, "${ORIGIN}", "$ORIGIN")
			dirs = append(dirs, strings.ReplaceAll(dir, "$ORIGIN", filepath.Dir(path)))
		}
	}
	return dirs
}

func (l *loader) libraryPath() []string {
	for _, kv := range slices.Backward(l.env) {
		if v, ok := strings.CutPrefix(kv, "LD_LIBRARY_PATH="); ok {
			return strings.FieldsFunc(v, func(r rune) bool { return r == ':' || r == ';' })
		}
	}
	return nil
}

func lookup(name string, dirs []string) string {
	for _, dir := range dirs {
		if real := absolute(filepath.Join(dir, name)); real != "" {
			return real
		}
	}
	return ""
}

// systemDirs are the folders of ld.so.conf, then the loader's own.
func systemDirs() []string {
	return append(confDirs("/etc/ld.so.conf", 0), "/lib64", "/usr/lib64", "/lib", "/usr/lib")
}

func confDirs(path string, depth int) []string {
	f, err := os.Open(path)
	if err != nil || depth > 4 {
		return nil
	}
	defer f.Close()
	var dirs []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		line = strings.TrimSpace(line)
		pattern, include := strings.CutPrefix(line, "include ")
		switch {
		case include:
			files, _ := filepath.Glob(strings.TrimSpace(pattern))
			for _, file := range files {
				dirs = append(dirs, confDirs(file, depth+1)...)
			}
		case line != "":
			dirs = append(dirs, line)
		}
	}
	return dirs
}
