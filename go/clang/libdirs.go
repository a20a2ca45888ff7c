package clang

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// glibcDirs returns the folders that glibc's loader looks in last: its own, with and
// without symbolic links, because it may have been built for another system, and
// the usual ones.
func glibcDirs(loader string) (dirs []string) {
	if loader != "" {
		dirs = append(dirs, filepath.Dir(loader))
		if realPath := regularFile(loader); realPath != "" {
			dirs = append(dirs, filepath.Dir(realPath))
		}
	}
	return append(dirs, "/lib64", "/usr/lib64", "/lib", "/usr/lib")
}

// muslDirs returns the folders that musl's loader looks in: those in
// /etc/ld-musl-ARCH.path or, without that file, the ones built into it.
func muslDirs(loader string, w *nameStates) []string {
	name, _, _ := strings.Cut(filepath.Base(loader), ".so.")
	path := filepath.Join("/etc", name+".path")
	w.record(wholeFile, path)
	data, err := os.ReadFile(path)
	if err != nil {
		return []string{"/lib", "/usr/local/lib", "/usr/lib"}
	}
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == ':' || r == '\n' })
}

// capabilityFolder is the name of a folder with one folder for each kind of
// processor that some libraries were built for.
const capabilityFolder = "glibc-hwcaps"

// legacyFolders are the folders in which glibc before 2.37 looks first. They may lie
// in each other: tls/haswell/x86_64.
var legacyFolders = []string{"tls", "haswell", "xeon_phi", "avx512_1", "x86_64", "atomics"}

// legacyDepth bounds how deep they lie in each other.
const legacyDepth = 3

// capabilityFolders returns the folders below dir in which glibc looks before dir
// itself, on whichever processor.
func capabilityFolders(dir string, w *nameStates) []string {
	all := filepath.Join(dir, capabilityFolder)
	w.record(namesInDir, all)
	var found []string
	entries, _ := os.ReadDir(all) // sorted
	for _, e := range entries {
		found = append(found, filepath.Join(all, e.Name()))
	}
	return append(found, legacyBelow(dir, legacyDepth, w)...)
}

// legacyBelow returns the legacyFolders that exist below dir, down to a depth.
func legacyBelow(dir string, depth int, w *nameStates) (found []string) {
	if depth == 0 {
		return nil
	}
	for _, name := range legacyFolders {
		below := filepath.Join(dir, name)
		w.record(whichDir, below)
		if fi, err := os.Stat(below); err == nil && fi.IsDir() {
			found = append(append(found, legacyBelow(below, depth-1, w)...), below)
		}
	}
	return found
}

// levelOf returns the least n of x86-64-vn on which glibc takes a library from a
// folder of capabilityFolders.
func levelOf(path string) int {
	parts := strings.Split(path, string(filepath.Separator))
	if i := slices.Index(parts, capabilityFolder); i >= 0 && i+1 < len(parts) {
		if n, err := strconv.Atoi(strings.TrimPrefix(parts[i+1], "x86-64-v")); err == nil {
			return n
		}
	}
	return otherLevel
}

// otherLevel is the level of folders for processors that have no x86-64-vn.
const otherLevel = 1 << 10
