package compile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"thinrex/go/action"
	"thinrex/go/bitcode"
)

// ofThisFile are parts of names that OpenMP makes of the device and inode of a
// source: of the code of a target region, also where it runs on the host, and
// of a reference to a static variable that is linked to.
//
// Source: getTargetEntryUniqueInfo in llvm/lib/Frontend/OpenMP/OMPIRBuilder.cpp.
var ofThisFile = []string{"__omp_offloading_", "_decl_tgt_ref_ptr"}

// identity says why what the compiler made isn't a function of what it read,
// or returns "": then another compilation of the same files would give
// something else, and this one's result is no one else's.
func identity(args []string, outputs []action.Output, r *action.Result) string {
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-fopenmp") }) {
		for _, name := range ofThisFile {
			for _, out := range outputs {
				if data, ok := r.Output(out.Name); ok && bitcode.Holds(data, name) {
					return fmt.Sprintf("%s has a name with %s, which OpenMP makes of the source's device and inode", out.Path, name)
				}
			}
			if bytes.Contains(r.Stderr, []byte(name)) {
				return "a message has a name that OpenMP makes of the source's device and inode"
			}
		}
	}
	switch {
	case bytes.Contains(r.Stderr, []byte("-Wstack-exhausted]")):
		return "the compiler warns that this process' stack is nearly exhausted"
	case holdsAddress(r.Stdout) || holdsAddress(r.Stderr):
		return "a message holds an address in the compiler's memory (#pragma clang __debug)"
	}
	return ""
}

// optimiserSpoke reports whether a message is the optimiser's. It knows places
// in the source by the names of files in debug information, looks for these on
// disk, and shows what is there if it is a file that was read by another name.
//
// Source: BackendConsumer::getBestLocationFromDebugLoc in clang/lib/CodeGen/CodeGenAction.cpp.
func optimiserSpoke(r *action.Result) bool {
	for _, message := range []string{
		"[-Rpass", "-Wpass-failed", "-Wbackend-plugin", "-Wmisexpect", "could not determine the original source location",
	} {
		if bytes.Contains(r.Stderr, []byte(message)) {
			return true
		}
	}
	return false
}

// snippet is a line of the source as a message shows it.
var snippet = regexp.MustCompile(`^ *\d* \| `)

var address = regexp.MustCompile(`\b0x[0-9a-f]{4,}\b`)

func holdsAddress(messages []byte) bool {
	for line := range bytes.Lines(messages) {
		if address.Match(line) && !snippet.Match(line) {
			return true
		}
	}
	return false
}
