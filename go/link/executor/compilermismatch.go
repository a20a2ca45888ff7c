package executor

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

var (
	// What LLVM prints of a summary index that is newer than itself. clang then exits
	// with 0 and leaves an empty object.
	newerSummary = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`Invalid summary version (\d{1,9})\. Version should be in the range \[\d+-(\d{1,9})\]`)
	})
	// What LLVM adds to an error in bitcode that another LLVM has written.
	newerBitcode = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\(Producer: 'LLVM ?([-+.~\w]{1,80})' Reader: 'LLVM ?([-+.~\w]{1,80})'\)`)
	})
)

// OlderCompiler names the versions that don't go together if what a compiler
// printed shows that it is older than the files that it read. It returns "" for any
// other message.
func OlderCompiler(text []byte) string {
	if m := newerSummary().FindSubmatch(text); m != nil {
		return fmt.Sprintf("lld is of %s (it writes summary version %s), and the compiler of %s (it reads versions up to %s)",
			summaryRelease(m[1]), m[1], summaryRelease(m[2]), m[2])
	}
	if m := newerBitcode().FindSubmatch(text); m != nil && major(m[1]) > major(m[2]) {
		return fmt.Sprintf("the modules are of LLVM %s, and the compiler of LLVM %s", m[1], m[2])
	}
	return ""
}

// summaryRelease names the LLVM that writes a version of the summary index.
func summaryRelease(version []byte) string {
	switch v := major(version); {
	case v > 12:
		return "LLVM 23 or later"
	case v == 12:
		return "LLVM 22"
	}
	return "an LLVM before 22"
}

func major(version []byte) int {
	digits, _, _ := strings.Cut(string(version), ".")
	n, _ := strconv.Atoi(digits) // 0 for what isn't a number
	return n
}

// OtherWorkerCompiler says how to have workers run another compiler.
const OtherWorkerCompiler = "--remote_compiler=PATH names another compiler there, --toolchain=upload sends yours"

// missingProgram matches the messages of services whose worker has no such program.
var missingProgram = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)no such file or directory` +
		`|(executable|command|program|binary|compiler)\b.*\bnot found` +
		`|not found in (the )?(command's )?\$?path` +
		`|os error 2\b|cannot find the (file|path)|does not exist|doesn't exist|ENOENT`)
})

// startsProgram matches words which show that a program is missing, not a blob.
var startsProgram = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bexec|\bspawn|\bfork|\bcommand\b|\bprogram\b`)
})

// lacksCompiler reports whether a service refused an action because the worker has
// no compiler at the path that the command names. Refusals that name a blob (by its
// digest, without a path) are about an input.
func lacksCompiler(refusal, program string) bool {
	names := strings.Contains(refusal, path.Base(program)) || startsProgram().MatchString(refusal)
	return names && missingProgram().MatchString(refusal)
}
