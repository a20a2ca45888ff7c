// Package memo owns the state folder: what thinrex remembers of a machine between
// links and compilations. It knows each kind of file there (see table), makes their
// paths, reads and writes them, and removes them when they are old.
//
// Nothing that is remembered is needed: without it a process works the answer out
// again. So reading and writing are best effort, and any number of processes may
// read, write and sweep one folder at a time.
package memo

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Kind is one kind of file in the state folder: a row of the table.
type Kind int

// The kinds of files.
const (
	CompilerAnswers Kind = iota
	ResolvedCompiler
	LinkDigests
	CompilerDigests
	SourceDigests
	HeaderScans
	SearchPath
	Outage
	PruneState
	PruneLock
	SweepStamp
	LinkHistory
	CompilationHistory
	LinkJobs
	FilesRead
	CountedFrom
)

// A row says what the files of one kind are called and how long they are kept.
type row struct {
	name   string        // below the state folder or a host's folder in it; each * stands for a part of Path
	writer string        // the package that reads and writes it
	holds  string        // what is remembered
	kept   time.Duration // at least so long after it was last written; then the user's policy decides
}

const (
	// briefly is for what costs milliseconds to work out again.
	briefly = time.Hour
	// monthly is for the digests of all files that one machine has met. They are in use
	// for as long as the machine is, though nothing may be added to them for weeks.
	monthly = 30 * 24 * time.Hour
	// quarterly is for what people may want to know of the past; nothing depends on it.
	quarterly = 3 * monthly
	// always is for files of which there is one in a state folder.
	always = time.Duration(-1)
)

// table lists all files below the state folder. A file that isn't listed here is
// never removed.
var table = [...]row{
	CompilerAnswers:  {"compiler-*.json", "clang", "what a compiler prints of itself", briefly},
	ResolvedCompiler: {"resolved-*", "clang", "a compiler's identity, and the files it depends on", briefly},
	LinkDigests:      {"digests-*", "host/filedigest", "digests of object files, for the links of one host", monthly},
	CompilerDigests:  {"compilers", "host/filedigest", "digests of compilers, for compilations", monthly},
	SourceDigests:    {"digests/*/*", "host/filedigest", "digests of what one source includes", briefly},
	HeaderScans:      {"headers/*", "compile/headermemo", "digests of a folder's headers, and what they include", briefly},
	SearchPath:       {"search-*.json", "compile", "where a compiler looks for headers", briefly},
	Outage:           {"down-*", "outage", "that a remote cache couldn't be used", briefly},
	PruneState:       {"prune.json", "store", "how far pruning has come", always},
	PruneLock:        {"prune.lock", "store", "nothing: locked by a process that prunes", always},
	SweepStamp:       {"memos-pruned", "host/memo", "nothing: its time is that of the last SweepWhenDue", always},

	LinkHistory:        {"history/links-*.jsonl", "history", "how links went", quarterly},
	CompilationHistory: {"history/compilations-*.jsonl", "history", "how compilations went", quarterly},
	LinkJobs:           {"history/jobs/*.json.zst", "history", "the jobs of one link", monthly},
	FilesRead:          {"history/sources/*/*", "history", "which files a source's compiler read", monthly},
	CountedFrom:        {"history/counted-from", "history", "when the totals of thinrex stats begin", always},
}

// hostFolders is the pattern of the folders that OfHost names.
const hostFolders = "cc-*"

// oldLeftovers lists the temporary files of earlier versions. Those of Write are
// called like the file that they become, with a dot before it and digits behind.
var oldLeftovers = []string{".thinrex-*", ".compiler-*", ".digests-*"}

// Path returns where in the folder dir a file of a kind lies; "" if dir is "", which
// stands for no folder: Read, Write and Append then do nothing.
func Path(dir string, k Kind, parts ...string) string {
	if dir == "" {
		return ""
	}
	name := table[k].name
	for _, part := range parts {
		name = strings.Replace(name, "*", part, 1)
	}
	return filepath.Join(dir, filepath.FromSlash(name))
}

// Key returns a part of a Path that stands for a question, whatever its length.
func Key(question ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(question, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// OfHost returns the folder in a state folder for what holds on this machine alone:
// several may share a home folder.
func OfHost(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, strings.Replace(hostFolders, "*", Host(), 1))
}

// Host is this machine's name as a part of a Path.
func Host() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "localhost"
	}
	return strings.ReplaceAll(name, string(filepath.Separator), "_")
}

// IsStateFolder reports whether a file of the table lies in a folder, or in a host's
// folder in it.
func IsStateFolder(dir string) bool {
	for _, pattern := range []string{"*", hostFolders + "/*"} {
		names, _ := fs.Glob(os.DirFS(dir), pattern)
		for _, name := range names {
			if _, known := kindOf(name); known {
				return true
			}
		}
	}
	return false
}

// Knows reports whether a name, slash-separated below a state folder, is that of a file
// which this package makes, or of a temporary one.
func Knows(name string) bool {
	_, known := kindOf(name)
	return known || isLeftover(name)
}

// kindOf returns the kind of the file called name, slash-separated below the state
// folder.
func kindOf(name string) (k Kind, ok bool) {
	name = inHostFolder(name)
	for k, r := range table {
		if matches(r.name, name) {
			return Kind(k), true
		}
	}
	return 0, false
}

// isLeftover reports whether a name is that of a temporary file, which is there for
// long only if its writer was killed.
func isLeftover(name string) bool {
	dir, base := path.Split(inHostFolder(name))
	if slices.ContainsFunc(oldLeftovers, func(old string) bool { return matches(old, dir+base) }) {
		return true
	}
	becomes, hidden := strings.CutPrefix(base, ".")
	return hidden && slices.ContainsFunc(table[:], func(r row) bool { return matches(r.name+"*", dir+becomes) })
}

// IsFolder reports whether a name is that of a folder in which files of the table lie.
func IsFolder(name string) bool {
	if matches(hostFolders, name) {
		return true
	}
	name = inHostFolder(name)
	for _, r := range table {
		for folder := path.Dir(r.name); folder != "."; folder = path.Dir(folder) {
			if matches(folder, name) {
				return true
			}
		}
	}
	return false
}

// inHostFolder returns the part of a name below a host's folder, if it is in one.
func inHostFolder(name string) string {
	if folder, rest, below := strings.Cut(name, "/"); below && matches(hostFolders, folder) {
		return rest
	}
	return name
}

// matches takes well-formed patterns.
func matches(pattern, name string) bool {
	ok, _ := path.Match(pattern, name)
	return ok
}
