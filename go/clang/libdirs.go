package clang

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// glibcDirs are the loader's folder, by either of its names, which may have been
// built for another system than this one, and the usual ones.
func glibcDirs(loader string) (dirs []string) {
	if loader != "" {
		dirs = append(dirs, filepath.Dir(loader))
		if real := absolute(loader); real != "" {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	return append(dirs, "/lib64", "/usr/lib64", "/lib", "/usr/lib")
}

// muslDirs are those of /etc/ld-musl-ARCH.path or, without it, musl's own.
func muslDirs(loader string, w *witness) []string {
	name, _, _ := strings.Cut(filepath.Base(loader), ".so.")
	path := filepath.Join("/etc", name+".path")
	w.note(wholeFile, path)
	data, err := os.ReadFile(path)
	if err != nil {
		return []string{"/lib", "/usr/local/lib", "/usr/lib"}
	}
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == ':' || r == '\n' })
}

// capabilityFolder holds a folder for each kind of processor that some libraries
// were built for.
const capabilityFolder = "glibc-hwcaps"

// legacyFolders are those in which glibc before 2.37 looks first, also in one
// below another one.
var legacyFolders = []string{"tls", "haswell", "xeon_phi", "avx512_1", "x86_64", "atomics"}

// legacyDepth is that of tls/haswell/x86_64.
const legacyDepth = 3

// capabilityFolders returns the folders below dir in which glibc looks before dir
// itself, on whichever processor.
func capabilityFolders(dir string, w *witness) []string {
	all := filepath.Join(dir, capabilityFolder)
	w.note(namesInDir, all)
	var found []string
	entries, _ := os.ReadDir(all) // sorted
	for _, e := range entries {
		found = append(found, filepath.Join(all, e.Name()))
	}
	return append(found, legacyBelow(dir, legacyDepth, w)...)
}

// legacyBelow goes down to a depth.
func legacyBelow(dir string, depth int, w *witness) (found []string) {
	if depth == 0 {
		return nil
	}
	for _, name := range legacyFolders {
		below := filepath.Join(dir, name)
		w.note(whichDir, below)
		if fi, err := os.Stat(below); err == nil && fi.IsDir() {
			found = append(append(found, legacyBelow(below, depth-1, w)...), below)
		}
	}
	return found
}

// levelOf is the least x86-64-vn on which glibc takes a library from a folder of
// capabilityFolders.
func levelOf(path string) int {
	parts := strings.Split(path, string(filepath.Separator))
	if i := slices.Index(parts, capabilityFolder); i >= 0 && i+1 < len(parts) {
		if n, err := strconv.Atoi(strings.TrimPrefix(parts[i+1], "x86-64-v")); err == nil {
			return n
		}
	}
	return otherLevel
}

// otherLevel is that of folders for processors which aren't told by a level.
const otherLevel = 1 << 10
