// Package cut cuts modules, by LLVM's C API: package bitcode says what a module holds,
// LLVM reads the functions that are kept, all others become stubs or go, and LLVM writes
// the rest. It reads no other function's body, so cutting costs little more than what is
// kept.
//
// A slice must give the same object as the whole module in every job that imports
// exactly the kept values. Three things of the whole module show in an object though
// nothing imported needs them: where a variable is mentioned that the importing module
// has, too (see bitcode.Mentions); what metadata refers to, of which LLVM's lists of uses
// don't tell; and that a local value is defined, not just declared, because only then is
// it promoted. What isn't known to be right is refused: assembly at module level, IFUNCs,
// tests of types, contexts of allocations, unknown metadata, other versions of LLVM.
//
// String literals get other numbers, and those lose their texts that no optimisation can read:
// see removeTexts.
package cut
