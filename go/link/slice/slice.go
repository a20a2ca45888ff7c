// Package slice cuts modules down to what a job imports from them. Cutting is done by
// thinrex-slicer, a program of its own that loads LLVM: this package starts it, talks to
// it, and lives through its death.
package slice

// A Request asks for a module cut to some of its values.
type Request struct {
	Path string   // of the module's file: bitcode, maybe in a wrapper
	Keep []uint64 // GUIDs of the functions, variables and aliases that stay whole
	// GUIDs of the variables that the importing module defines. The module goes on
	// mentioning them, because LLVM orders them by where imported modules mention them.
	Mention []uint64
}
