package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"thinrex/go/config"
	"thinrex/go/host"
	"thinrex/go/option"
)

// tools are the absolute paths of programs of one LLVM. Those but c are "" if they
// aren't installed.
type tools struct{ c, cxx, ar string }

// findTools finds a clang that supports DTLTO, and what belongs to it.
func findTools() (tools, error) {
	for _, version := range []string{"-22", "-23", "-24", ""} {
		if c, err := exec.LookPath("clang" + version); err == nil {
			cxx, _ := exec.LookPath("clang++" + version)
			ar, _ := exec.LookPath("llvm-ar" + version)
			return tools{c, cxx, ar}, nil
		}
	}
	return tools{}, &host.EnvironmentError{Err: errors.New("there is no clang-22, clang-23, clang-24 or clang " +
		"on the PATH: install clang and lld of LLVM 22 to 24 (Debian: apt install clang-22 lld-22)")}
}

// compileCommand is what stands before the compiler in a compilation.
func compileCommand(self string, given *config.Flags) []string {
	return slices.Concat([]string{self, ccName}, givenOptions(given, option.LinkOnly), []string{"--"})
}

// cmakeFlags returns the definitions by which CMake compiles and links a project with
// thinrex, quoted for a shell that reads flags=$(thinrex flags --for=cmake) && eval "cmake $flags": the
// linker flags of one kind of target are one definition, with blanks between them.
//
// CMAKE_INTERPROCEDURAL_OPTIMIZATION is CMake's word for -flto=thin. Unlike
// CMAKE_CXX_FLAGS, it leaves CMake's checks of the compiler as they are, some of which
// look for text in an object. Projects written for CMake 3.8 need the policy.
func cmakeFlags(t tools, self string, given *config.Flags) (string, error) {
	launcher := compileCommand(self, given)
	link := clangFlags(self, givenOptions(given, option.CompileOnly))
	for _, word := range launcher {
		if strings.Contains(word, ";") { // it divides the words of a launcher
			return "", takenApart(word)
		}
	}
	for _, word := range link {
		if shellescape.Quote(word) != word { // CMake doesn't quote linker flags for the build's shell
			return "", takenApart(word)
		}
	}
	var definitions []string
	define := func(name, value string) {
		if value != "" {
			definitions = append(definitions, "-D"+name+"="+value)
		}
	}
	define("CMAKE_C_COMPILER", t.c)
	define("CMAKE_CXX_COMPILER", t.cxx)
	define("CMAKE_C_COMPILER_LAUNCHER", strings.Join(launcher, ";"))
	define("CMAKE_CXX_COMPILER_LAUNCHER", strings.Join(launcher, ";"))
	define("CMAKE_INTERPROCEDURAL_OPTIMIZATION", "ON")
	define("CMAKE_POLICY_DEFAULT_CMP0069", "NEW")
	for _, kind := range []string{"EXE", "SHARED", "MODULE"} {
		define("CMAKE_"+kind+"_LINKER_FLAGS", strings.Join(link, " "))
	}
	return shellescape.QuoteCommand(definitions), nil
}

func takenApart(word string) error {
	return usagef("a build made by CMake would take apart %s: "+
		"give an option with such a value in thinrex.toml, or by its variable; "+
		"keep thinrex in a folder whose path needs no quotes in a shell", word)
}

// mesonFile returns a native file by which Meson compiles and links a project with
// thinrex. Meson's own choice for ar is the unversioned llvm-ar, which fails on
// bitcode of a newer clang.
func mesonFile(t tools, self string, given *config.Flags) string {
	var b strings.Builder
	launcher := compileCommand(self, given)
	link := clangFlags(self, givenOptions(given, option.CompileOnly))
	b.WriteString("# Made by thinrex flags --for=meson.\n[binaries]\n")
	fmt.Fprintf(&b, "c = %s\n", mesonArray(append(slices.Clone(launcher), t.c)))
	if t.cxx != "" {
		fmt.Fprintf(&b, "cpp = %s\n", mesonArray(append(slices.Clone(launcher), t.cxx)))
	}
	if t.ar != "" {
		fmt.Fprintf(&b, "ar = %s\n", mesonArray([]string{t.ar}))
	}
	b.WriteString("c_ld = 'lld'\ncpp_ld = 'lld'\n\n[built-in options]\nb_lto = true\nb_lto_mode = 'thin'\n")
	fmt.Fprintf(&b, "c_link_args = %s\n", mesonArray(link))
	fmt.Fprintf(&b, "cpp_link_args = %s", mesonArray(link))
	return b.String()
}

func mesonArray(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(word) + "'"
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// rustcFlags makes rustc write bitcode, and link it by clang with the flags.
func rustcFlags(clang string, link []string) []string {
	flags := []string{"-Clinker-plugin-lto", "-Clinker=" + clang}
	for _, flag := range link {
		flags = append(flags, "-Clink-arg="+flag)
	}
	return flags
}
