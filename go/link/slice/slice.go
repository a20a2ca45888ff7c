// Package slice cuts modules down to what a job imports from them. Cutting is done by
// thinrex-slicer, a program of its own that loads LLVM: this package starts it, talks to
// it, and lives through its death.
package slice

// A Request asks for a module cut to some of its values.
type Request struct {
	Path string   // of the module's file: bitcode, maybe in a wrapper
	Keep []uint64 // GUIDs of the functions, variables and aliases that stay whole
	// GUIDs of variables that the module goes on mentioning though nothing kept needs them:
	// bitcode.Mentions says which those are, and why.
	Mention []uint64
}
