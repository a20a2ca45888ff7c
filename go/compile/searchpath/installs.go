package searchpath

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"thinrex/go/compile/depfile"
)

// The driver looks for installations of GCC and of C++ libraries in many folders, and
// prints only those that it finds. An installation that comes later to another of these
// folders changes the driver's answer. Source: Generic_GCC and Linux in
// clang/lib/Driver/ToolChains of LLVM 22, and strace.

// installedIn holds the folders below the root of an installation on whose list of files
// the driver's answer depends.
var installedIn = []string{
	"", "include", "include/c++", "include/*-linux-*", "include/*-linux-*/c++",
	"local", "local/include", "local/include/c++", "local/include/*-linux-*", "local/include/*-linux-*/c++",
	"*-linux-*", "*-linux-*/include", "*-linux-*/include/c++",
	"lib*", "lib*/gcc", "lib*/gcc-cross", "lib*/gcc*/*", "lib*/gcc*/*/*", "lib*/gcc*/*/*/*",
}

// understoodTarget matches the targets for which it is known where the driver looks.
const understoodTarget = `(?m)^Target: (x86_64|i[3-6]86|aarch64)-.*-?linux-(gnu|musl)`

// installFolders returns the folders on whose lists of files the driver's answer depends,
// and the files on whose text it depends; nil if that isn't known.
func installFolders(said string, words, args []string) []string {
	if !regexp.MustCompile(understoodTarget).MatchString(said) {
		return nil
	}
	sysroot := valueOf(words, "-isysroot")
	roots := []string{sysroot + "/usr", realPath(lineOf(said, "InstalledDir: ") + "/..")}
	if sysroot != "" {
		roots = append(roots, sysroot)
	}
	if slices.Contains(args, "-isysroot") { // of which the driver knows nothing
		roots = append(roots, "/usr")
	}
	for _, arg := range args {
		if root, ok := strings.CutPrefix(arg, "--gcc-toolchain="); ok {
			roots = append(roots, root)
		}
	}
	for line := range strings.Lines(said) {
		_, gcc, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " GCC installation: ") // found, or selected
		if ok {
			roots = append(roots, realPath(gcc+"/../../../.."))
		}
	}
	if hasWildcards(sysroot) {
		return nil
	}
	dirs := []string{
		sysroot + "/", sysroot + "/include", sysroot + "/opt/rh", sysroot + "/etc/env.d/gcc",
		valueOf(words, "-resource-dir") + "/share", // for ignore lists
	}
	toolsets, _ := filepath.Glob(sysroot + "/opt/rh/gcc-toolset-*") // of Red Hat
	for _, toolset := range toolsets {
		roots = append(roots, toolset+"/root/usr")
	}
	choices, _ := filepath.Glob(sysroot + "/etc/env.d/gcc/*") // of Gentoo: their text names a GCC
	dirs = append(dirs, choices...)
	slices.Sort(roots)
	for _, root := range slices.Compact(roots) {
		if hasWildcards(root) {
			return nil
		}
		for _, pattern := range installedIn {
			found := []string{root + "/" + pattern}
			if strings.Contains(pattern, "*") {
				found, _ = filepath.Glob(found[0])
			}
			dirs = append(dirs, slices.DeleteFunc(found, isFileName)...)
		}
	}
	return dirs
}

// installState tells a folder of installFolders from the same folder after a change. Of a
// root, whose name ends in a slash, only the folders count that installedIn has below it:
// in a container a compilation may run in / and write its files there, which would look
// like an installation.
func installState(dir string) string {
	state := folderState(dir, false)
	if strings.HasSuffix(dir, "/") {
		state += "\n" + strings.Join(searchedBelow(dir), "/")
	}
	return state
}

// installStands reports whether the state of a folder is still that of installState.
func installStands(dir, state string) bool {
	was, below, isRoot := strings.Cut(state, "\n")
	if folderState(dir, false) == was { // cheaper than a list of names
		return true
	}
	same := strings.HasPrefix(was, folderState(dir, true)+" ")
	return isRoot && same && strings.Join(searchedBelow(dir), "/") == below
}

// searchedBelow lists the names in a root that a pattern of installedIn begins with.
func searchedBelow(root string) (names []string) {
	for _, pattern := range []string{"*-linux-*", "lib*"} {
		found, _ := filepath.Glob(root + pattern)
		for _, path := range found {
			names = append(names, filepath.Base(path))
		}
	}
	return names
}

// hasWildcards reports whether filepath.Glob would take a name for a pattern.
func hasWildcards(name string) bool { return strings.ContainsAny(name, `*?[\`) }

// realPath returns a folder's name without links and .., which is often in the list already.
func realPath(path string) string {
	if short, err := filepath.EvalSymlinks(path); err == nil {
		return short
	}
	return path
}

func isFileName(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && !fi.IsDir()
}

// valueOf returns the last word after one that is name, or "".
func valueOf(words []string, name string) string {
	for i := len(words) - 1; i > 0; i-- {
		if words[i-1] == name {
			return words[i]
		}
	}
	return ""
}

// lineOf returns what is on the line that begins with name.
func lineOf(said, name string) string {
	_, after, _ := strings.Cut("\n"+said, "\n"+name)
	line, _, _ := strings.Cut(after, "\n")
	return line
}

// ignoreLists returns the lists of what sanitizers leave out that the driver finds on its
// own.
func ignoreLists(words []string) (lists []string) {
	for _, word := range words {
		if list, ok := strings.CutPrefix(word, "-fsanitize-system-ignorelist="); ok {
			lists = append(lists, depfile.Name(list))
		}
	}
	return lists
}
