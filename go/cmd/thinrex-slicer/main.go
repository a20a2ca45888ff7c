// Thinrex-slicer cuts LLVM modules down to some of their functions, for thinrex, which
// starts it. It is a program of its own because it loads LLVM: LLVM may end its process,
// and a program that loads libraries starts more slowly and only on systems with glibc.
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"thinrex/go/link/slice"
	"thinrex/go/link/slice/cut"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "thinrex-slicer is started by thinrex: thinrex-slicer FILE,"+
			" where FILE is the libLLVM to load; it reads requests from its standard input")
		os.Exit(2)
	}
	boundMemory()
	// Each request reads a file, uses it, and forgets it: collecting less often is worth it.
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(256 << 20) // beside LLVM's own
	err := slice.Serve(os.Stdin, os.Stdout, func() (slice.Abilities, error) {
		library, err := cut.Load(os.Args[1])
		if err != nil {
			return slice.Abilities{}, err
		}
		return slice.Abilities{LLVM: library.Version, Cut: library.Cut, List: library.List}, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "thinrex-slicer:", err)
		os.Exit(1)
	}
}
