package searchpath

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"thinrex/go/clang"
)

// What a driver finds on a machine decides on more than folders of headers: on options of
// the compiler proper (for AArch64, +outline-atomics if there is a libgcc of 9.3.1 or later)
// and on the driver's own warnings (about a GCC without libstdc++). All of that is part of a
// compilation's key.

// askDriver returns a digest of what the driver makes of arguments on this
// machine: the compiler proper's command line, and the driver's own messages.
func askDriver(ctx context.Context, compiler string, env, args []string, source ...string) (string, error) {
	said, err := messagesOf(ctx, compiler, env, args, append([]string{"-###"}, source...)...)
	if err != nil {
		return "", fmt.Errorf("the compiler doesn't print what it would run (-###): %w", err)
	}
	sum := sha256.Sum256([]byte(strings.Join(driverLines(said), "\n")))
	return hex.EncodeToString(sum[:]), nil
}

// driverLines returns the lines of -### that are messages or decide on an object, without
// the parts that the key already has in a form which all folders and machines share.
func driverLines(said string) (lines []string) {
	for line := range strings.Lines(said) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, ` "`):
			lines = append(lines, strings.Join(decidingWords(clang.Split(line)), "\x00"))
		case !isPreamble(line):
			lines = append(lines, line)
		}
	}
	return lines
}

// preambleLines begin the lines about the compiler, whose identity is in the key, and about
// what the driver found, whose effect is in the command lines.
var preambleLines = []string{
	"Target: ", "Thread model: ", "InstalledDir: ", "Build config: ", "Configuration file: ",
	systemConfiguration, userConfiguration, "Found candidate GCC installation: ", "Selected GCC installation: ",
	"Candidate multilib: ", "Selected multilib: ", "Found CUDA installation: ", "Found HIP installation: ",
	" (in-process)",
}

func isPreamble(line string) bool {
	return beginsWithAny(line, preambleLines) || strings.Contains(line, "clang version ")
}

// folderOptionsInKey begin arguments that name folders. The key has these elsewhere if they
// matter: those of headers, the working directory, and what --base_dir makes equal.
var folderOptionsInKey = []string{
	"-fdebug-compilation-dir=", "-fcoverage-compilation-dir=",
	"-fmacro-prefix-map=", "-fdebug-prefix-map=", "-fcoverage-prefix-map=",
}

// foldersElsewhere are options whose value, the next argument, is such a folder.
var foldersElsewhere = map[string]bool{
	"-resource-dir": true, "-internal-isystem": true, "-internal-externc-isystem": true,
}

// decidingWords returns the arguments of a command line without the program and such
// folders.
func decidingWords(words []string) (own []string) {
	for i := 1; i < len(words); i++ {
		if foldersElsewhere[words[i]] {
			i++
			continue
		}
		if !beginsWithAny(words[i], folderOptionsInKey) {
			own = append(own, words[i])
		}
	}
	return own
}

func beginsWithAny(word string, list []string) bool {
	for _, begin := range list {
		if strings.HasPrefix(word, begin) {
			return true
		}
	}
	return false
}

// distribution holds the files by which the driver knows the Linux distribution.
// Source: clang/lib/Driver/Distro.cpp, LLVM 22.
var distribution = []string{
	"/etc/os-release", "/usr/lib/os-release", "/etc/lsb-release", "/etc/redhat-release", "/etc/debian_version",
	"/etc/SuSE-release", "/etc/exherbo-release", "/etc/alpine-release", "/etc/arch-release", "/etc/gentoo-release",
}

// How -v begins the lines about folders of configuration files.
const (
	systemConfiguration = "System configuration file directory: "
	userConfiguration   = "User configuration file directory: "
)

// configurationFolders returns the folders in which a compiler looks for configuration
// files: the one it lies in, and those that it prints with -v.
func configurationFolders(said, program string) []string {
	dirs := []string{filepath.Dir(program)}
	for _, name := range []string{systemConfiguration, userConfiguration} {
		if dir := lineOf(said, name); dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
