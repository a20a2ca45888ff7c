//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A library is compiled from a source that does nothing but include it. Such
// sources have many headers for little code, so they show best what thinrex cc
// costs beside the compiler.
type library struct {
	name    string
	pkg     string // of Debian
	source  string
	flags   string
	flagsOf []string // a command that prints more of them
}

var libraries = []library{
	{name: "oneTBB", pkg: "libtbb-dev", source: "#include <tbb/tbb.h>\n"},
	{name: "GLM", pkg: "libglm-dev", source: "#include <glm/glm.hpp>\n"},
	{name: "pybind11", pkg: "pybind11-dev", source: "#include <pybind11/pybind11.h>\n",
		flagsOf: []string{"python3-config", "--includes"}},
	{name: "xsimd", pkg: "libxsimd-dev", source: "#include <xsimd/xsimd.hpp>\n", flags: "-march=x86-64-v3"},
	{name: "Boost.Asio", pkg: "libboost-dev", source: "#include <boost/asio.hpp>\n"},
	{name: "Eigen", pkg: "libeigen3-dev", source: "#include <Eigen/Dense>\n", flags: "-I/usr/include/eigen3"},
	{name: "QtWidgets", pkg: "qtbase5-dev", source: "#include <QtWidgets>\n", flags: "-fPIC",
		flagsOf: []string{"pkg-config", "--cflags", "Qt5Widgets"}},
	{name: "gtk.h", pkg: "libgtk-3-dev", source: "#include <gtk/gtk.h>\n",
		flagsOf: []string{"pkg-config", "--cflags", "gtk+-3.0"}},
	{name: "IRBuilder.h", pkg: "llvm-22-dev", source: "#include <llvm/IR/IRBuilder.h>\n",
		flags: "-I/usr/lib/llvm-22/include"},
	{name: "2 MB of data in one line", source: dataLine(2 << 20)},
}

// dataLine is an array of some size in one line, as a generator writes it.
func dataLine(size int) string {
	var b strings.Builder
	b.WriteString("extern const unsigned char data[] = {")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%d,", byte(i*i>>3))
	}
	b.WriteString("};\n")
	return b.String()
}

// libraryMisses compares misses with plain clang. The source changes before each run,
// so that all are misses.
func (b *bench) libraryMisses() error {
	install := exec.Command("scripts/install-tools.sh", "pkg-config", "python3-dev")
	for _, l := range libraries {
		if l.pkg != "" {
			install.Args = append(install.Args, l.pkg)
		}
	}
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("%q, in the repository's folder: %w\n%s", install.Args, err, out)
	}
	for i, l := range libraries {
		if err := b.libraryMiss(l, filepath.Join(b.dir, fmt.Sprintf("library%d", i))); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

func (b *bench) libraryMiss(l library, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	flags := strings.Fields(l.flags)
	if l.flagsOf != nil {
		out, err := exec.Command(l.flagsOf[0], l.flagsOf[1:]...).Output()
		if err != nil {
			return fmt.Errorf("%q: %w", l.flagsOf, err)
		}
		flags = append(flags, strings.Fields(string(out))...)
	}
	u := unit{dir: dir, source: l.source, cache: filepath.Join(dir, "cache"), flags: flags}
	ours := u.through(b.thinrex, "ours.o")
	ours.says = ": compiled"
	ourRuns, plainRuns, err := b.editPairs(u, l.name, ours)
	if err != nil {
		return err
	}
	if err := sameFile(filepath.Join(dir, "ours.o"), filepath.Join(dir, "plain.o")); err != nil {
		return err
	}
	b.addPair("direct miss vs. plain clang, "+l.name, ourRuns, plainRuns, "≤ 1.10×")
	return nil
}
