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

// A Value is something in a module that has a name. thinrex explain compares the values of
// an earlier slice with those of a later one, to say which of them an edit has changed.
type Value struct {
	Name   string    `json:"name"`   // as the object would call it, or of a type
	Kind   ValueKind `json:"kind"`   //
	Digest string    `json:"digest"` // of its text, without the numbers by which LLVM refers to what others hold
}

// A ValueKind says what a value is.
type ValueKind string

// The kinds of values.
const (
	Function    ValueKind = "function"    // with its body
	Declaration ValueKind = "declaration" // of a function whose body isn't in the module, or does nothing
	Variable    ValueKind = "variable"
	Type        ValueKind = "type"
)

// FirstLiteral is the number in the name of a slice's first string literal. Numbers are as
// long as canon's placeholders for hashes, and begin like them, because package rename must
// find both.
const FirstLiteral uint64 = 17836401925500050000
