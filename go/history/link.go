package history

import (
	"time"

	"thinrex/go/report"
)

// A Link is the record of one link: a line of the links' file. It has all that totals need.
type Link struct {
	Version  int       `json:"version"`
	ID       string    `json:"id"` // names its details, see Folder.Jobs; those of later links sort behind
	Started  time.Time `json:"started"`
	Host     string    `json:"host"`     // the machine: several may share a state folder
	Dir      string    `json:"dir"`      // the linker's working directory
	Project  string    `json:"project"`  // the folder that it is counted under: see Project
	Strategy string    `json:"strategy"` // as in --exec_strategy

	SavedSeconds float64 `json:"saved_seconds"` // how long the compilers ran, when the hits were made
	RunSeconds   float64 `json:"run_seconds"`   // how long the compilers ran in this link

	Summary report.Summary `json:"summary"`
}

// Jobs are the details of a link.
type Jobs struct {
	Version  int      `json:"version"`
	Compiler Compiler `json:"compiler"`
	Args     []string `json:"args"`  // of all jobs, as the linker gave them
	Env      []Value  `json:"env"`   // the compiler's variables
	Files    []File   `json:"files"` // each file that a job read, once
	Jobs     []Job    `json:"jobs"`  // in the linker's order
}

// A Compiler is what the jobs of a link ran.
type Compiler struct {
	Path     string `json:"path"`
	Identity Short  `json:"identity"` // of what stands for it in keys: program, libraries, version
}

// A Value is a variable in the keys. Its value may be secret.
type Value struct {
	Name   string `json:"name"`
	Digest Short  `json:"digest"` // of the value
}

// A File is a file that jobs read.
type File struct {
	Name string `json:"name"` // as the linker calls it, relative to Link.Dir
	// Stable is the name without what changes from link to link: the number of a temporary
	// file, or the process id in the name of an archive's member. "" if Name is the same in
	// each link. Compare links by StableName.
	Stable string `json:"stable,omitempty"`
	Digest string `json:"digest"` // the hash in hexadecimal
	Size   int64  `json:"size"`
}

// StableName is the name by which the file is found again in the record of another link.
func (f File) StableName() string {
	if f.Stable != "" {
		return f.Stable
	}
	return f.Name
}

// A Job is one backend compilation. Module, Imports and Inputs are indexes in Jobs.Files.
type Job struct {
	Module  int     `json:"module"`
	Shard   string  `json:"shard,omitempty"`   // hash of the shard as it is in the key
	Imports []int32 `json:"imports,omitempty"` // the modules that it imports from
	Inputs  []int32 `json:"inputs,omitempty"`  // other files: profiles, --extra_input and the like
	Key     string  `json:"key,omitempty"`     // of the whole action, HASH/SIZE; "" if the job ran as the linker wrote it
	Sliced  *Sliced `json:"sliced,omitempty"`  // nil unless slices of the imports were cut

	Outcome  Outcome `json:"outcome"`
	From     string  `json:"from,omitempty"`     // where the result came from: a From constant, or FromService, FromWorker
	Why      string  `json:"why,omitempty"`      // it isn't cached, or isn't stored; or how its compiler failed
	Whole    string  `json:"whole,omitempty"`    // why it read its imports whole; "" if it had slices, or was a hit before
	Fallback bool    `json:"fallback,omitempty"` // compiled here instead of on a worker
	Twice    bool    `json:"twice,omitempty"`    // compiled again, because what came of the slices was of no use

	// When and for how long, in seconds; 0 for what didn't happen or wasn't measured.
	Begin  float64 `json:"begin_seconds"`            // its lookup, since Link.Started
	Lookup float64 `json:"lookup_seconds,omitempty"` // reading its files and asking the caches
	CutAt  float64 `json:"cut_at_seconds,omitempty"` // when its imports began to be cut, since Link.Started
	Cut    float64 `json:"cut_seconds,omitempty"`    // cutting its imports, and asking the caches again
	Start  float64 `json:"start_seconds,omitempty"`  // its execution, since Link.Started; before it, the job was queued
	Run    float64 `json:"run_seconds,omitempty"`    // its execution, all of it
	// Before is the part of Run before the compiler started, in which files were copied or
	// uploaded and a worker was waited for; 0 if unknown. Run - Before - Ran is the part
	// after it, in which outputs were read or downloaded.
	Before float64 `json:"before_seconds,omitempty"`
	Write  float64 `json:"write_seconds,omitempty"` // storing and writing the outputs
	End    float64 `json:"end_seconds,omitempty"`   // since Link.Started

	// Slot tells which executions ran one after the other, from 0: those of this machine and
	// those on workers (Away) are numbered apart. It counts only for jobs with Run.
	Slot int  `json:"slot,omitempty"`
	Away bool `json:"away,omitempty"` // Slot is one of those on workers

	Ran   float64 `json:"ran_seconds,omitempty"` // how long the compiler ran; for a hit, when the result was made
	Bytes int64   `json:"bytes,omitempty"`       // of outputs
}

// Sliced says what a job read instead of whole modules.
type Sliced struct {
	Key    string  `json:"key"`    // of the sliced action, HASH/SIZE
	Shard  string  `json:"shard"`  // hash of the shard, in which modules' hashes are placeholders
	Slices []Slice `json:"slices"` // parallel to Job.Imports
}

// A Slice is what a job read of one module that it imports from.
type Slice struct {
	Digest Short `json:"digest"` // of the slice; of the module, if it stayed whole
	Kept   Short `json:"kept"`   // of the GUIDs of the functions, variables and aliases that it keeps
	// GUIDs are the values themselves, if the link has few enough of them; else there are
	// none. The GUID of a symbol is the first half of its name's MD5.
	GUIDs []GUID `json:"guids,omitempty"`
	Whole bool   `json:"whole,omitempty"` // the module couldn't be cut
}
