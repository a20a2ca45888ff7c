package compile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"thinrex/go/action"
	"thinrex/go/bitcode"
)

// inodeNames are parts of names that OpenMP makes from the device and inode of a source
// file: for the code of a target region, also where it runs on the host, and for a
// reference to a static variable that is linked to.
//
// Source: getTargetEntryUniqueInfo in llvm/lib/Frontend/OpenMP/OMPIRBuilder.cpp.
var inodeNames = []string{"__omp_offloading_", "_decl_tgt_ref_ptr"}

// notRepeatable returns why another compilation of the same files would give another
// result, or "" if it wouldn't. A result that depends on more than what the compiler read
// must not be stored: nobody else may get it.
func notRepeatable(args []string, outputs []action.Output, r *action.Result) string {
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-fopenmp") }) {
		for _, name := range inodeNames {
			for _, out := range outputs {
				if data, ok := r.Output(out.Name); ok && bitcode.Holds(data, name) {
					const why = "%s has a name with %s, which OpenMP makes from the source's device and inode"
					return fmt.Sprintf(why, out.Path, name)
				}
			}
			if bytes.Contains(r.Stderr, []byte(name)) {
				return "a message has a name that OpenMP makes from the source's device and inode"
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

// optimiserNamesPlaces reports whether the optimiser has printed a message that names a
// place in the source. It takes the file's name from debug information, looks for that
// name on disk, and shows the line there if the file was read by another name. So the
// message depends on a file that the compiler doesn't list.
//
// Source: BackendConsumer::getBestLocationFromDebugLoc in clang/lib/CodeGen/CodeGenAction.cpp.
func optimiserNamesPlaces(r *action.Result) bool {
	for _, message := range []string{
		"[-Rpass", "-Wpass-failed", "-Wbackend-plugin", "-Wmisexpect",
		"could not determine the original source location",
	} {
		if bytes.Contains(r.Stderr, []byte(message)) {
			return true
		}
	}
	return false
}

// snippet begins a line of the source that a message shows: an address there is text.
var snippet = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^ *\d* \| `)
})

var address = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b0x[0-9a-f]{4,}\b`)
})

func holdsAddress(messages []byte) bool {
	for line := range bytes.Lines(messages) {
		if address().Match(line) && !snippet().Match(line) {
			return true
		}
	}
	return false
}
