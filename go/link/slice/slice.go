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
	// GUIDs of string literals, whose names get the numbers FirstLiteral, FirstLiteral + 1
	// and so on: their own numbers change with each literal before them.
	Literals []uint64
	// GUIDs of those literals whose texts may go if no kept function does more with them
	// than to pass them to functions that LLVM doesn't know.
	Texts []uint64
	// GUIDs of functions that kept ones call and LLVM sees in another module of the job: see
	// bitcode.Seen.
	Seen []uint64
}

// FirstLiteral is the number in the name of a slice's first string literal. Numbers are as
// long as canon's placeholders for hashes, and begin like them, because package rename must
// find both.
const FirstLiteral uint64 = 17836401925500050000
