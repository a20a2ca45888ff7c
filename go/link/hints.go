package link

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// hintFor says what the user may do about a failed job.
func (c *conductor) hintFor(f failed) string {
	versions := olderCompiler(f.result.Stderr)
	switch {
	case versions != "" && f.where == onAWorker:
		return versions + "; " + otherWorkerCompiler
	case versions != "":
		return fmt.Sprintf("%s, %s; %s", versions, c.compiler.Path, otherCompilerHere)
	case f.where == onAWorker:
		return "--exec_strategy=local shows whether it fails here, too;" +
			" if not, the worker may have another compiler: see --remote_compiler and --toolchain=upload"
	}
	return "to see it again, link with lld's --save-temps (lld-link: /lldsavetemps), which keeps the job's files," +
		" and run the command that is then printed here:\n  " +
		shellCommand(c.compiler.Path, c.file.Common.Args[1:], f.jobs[0].Args)
}

var (
	// What LLVM prints of a summary index that is newer than itself. clang exits 0
	// then, and leaves an empty object.
	newerSummary = regexp.MustCompile(`Invalid summary version (\d{1,9})\. Version should be in the range \[\d+-(\d{1,9})\]`)
	// What LLVM adds to an error in bitcode that another LLVM has written.
	newerBitcode = regexp.MustCompile(`\(Producer: 'LLVM ?([-+.~\w]{1,80})' Reader: 'LLVM ?([-+.~\w]{1,80})'\)`)
)

// olderCompiler says which versions don't go together if a compiler's message
// shows that it is older than what it was to read, or "".
func olderCompiler(text []byte) string {
	if m := newerSummary.FindSubmatch(text); m != nil {
		return fmt.Sprintf("lld is of %s (it writes summary version %s), and the compiler of %s (it reads versions up to %s)",
			summaryRelease(m[1]), m[1], summaryRelease(m[2]), m[2])
	}
	if m := newerBitcode.FindSubmatch(text); m != nil && major(m[1]) > major(m[2]) {
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

const (
	otherWorkerCompiler = "--remote_compiler=PATH names another compiler there, --toolchain=upload sends yours"
	otherCompilerHere   = "--thinlto-remote-compiler=PATH (lld-link: /thinlto-remote-compiler:PATH)" +
		" names the clang of lld's release"
)

// missingProgram matches how services say that a worker has no such program.
var missingProgram = regexp.MustCompile(`(?i)no such file or directory` +
	`|(executable|command|program|binary|compiler)\b.*\bnot found` +
	`|not found in (the )?(command's )?\$?path` +
	`|os error 2\b|cannot find the (file|path)|does not exist|doesn't exist|ENOENT`)

// startsProgram matches words by which it is a program that is missing, and no blob.
var startsProgram = regexp.MustCompile(`(?i)\bexec|\bspawn|\bfork|\bcommand\b|\bprogram\b`)

// lacksCompiler reports whether a service's refusal to run an action says that the
// worker has no compiler at the path that the command names. Refusals that speak of
// blobs (a digest, no path) lack an input.
func lacksCompiler(refusal, program string) bool {
	names := strings.Contains(refusal, path.Base(program)) || startsProgram.MatchString(refusal)
	return names && missingProgram.MatchString(refusal)
}

// shellCommand returns a command line that a shell would take.
func shellCommand(program string, args ...[]string) string {
	words := []string{program}
	for _, list := range args {
		words = append(words, list...)
	}
	for i, w := range words {
		if strings.ContainsAny(w, " \t\n\"'\\$`()&;|<>*?[]#~!{}") || w == "" {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
