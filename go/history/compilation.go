package history

import "time"

// MostChanged bounds Compilation.Changed.
const MostChanged = 20

// A Compilation is the record of one command of thinrex cc: a line of the compilations'
// file.
type Compilation struct {
	Version int       `json:"version"`
	Started time.Time `json:"started"`
	Host    string    `json:"host"`             // the machine: several may share a state folder
	Dir     string    `json:"dir"`              // the working directory
	Project string    `json:"project"`          // the folder that it is counted under: see Project
	Source  string    `json:"source,omitempty"` // as it was given, or relative to Dir; "" if the command wasn't understood
	Output  string    `json:"output,omitempty"` // the object; "" likewise

	Phase   Phase   `json:"phase"`
	Outcome Outcome `json:"outcome"`
	From    string  `json:"from,omitempty"` // where the result came from: a From constant, or FromService, FromWorker
	Key     string  `json:"key,omitempty"`  // of the action that has the result, HASH/SIZE; "" if there is none
	Why     string  `json:"why,omitempty"`  // it isn't cached, or isn't stored

	// Changed lists, for what was compiled, the files that had another content when this
	// source was compiled on this machine the last time, or hit, at most MostChanged; and
	// those that weren't read then: see NowRead.
	Changed []string `json:"changed,omitempty"`
	// ChangedArgs and ChangedEnv likewise, at most MostChanged of each. Of variables there are
	// the names.
	ChangedArgs ListChange `json:"changed_args,omitzero"`
	ChangedEnv  []string   `json:"changed_env,omitempty"`
	// Since is the digest of the Key with whose result these are compared: ShortOf(Key).
	Since Short `json:"changed_since,omitzero"`

	// Digests of the parts of the key. Compared with an earlier record of the same Source and
	// Output, they tell which part has changed.
	Args     Short `json:"args,omitzero"`
	Compiler Short `json:"compiler,omitzero"`
	Env      Short `json:"env,omitzero"`     // variables, and where headers are looked for
	Content  Short `json:"content,omitzero"` // of the source

	Seconds float64 `json:"seconds"`               // from the start of the command to its end
	Ran     float64 `json:"ran_seconds,omitempty"` // how long the compiler ran; for a hit, when the result was made
	Bytes   int64   `json:"bytes,omitempty"`       // of outputs
}

// A Phase is what a command of thinrex cc does.
type Phase string

// The phases.
const (
	CompilePhase Phase = "compile" // a source becomes bitcode
	BackendPhase Phase = "backend" // bitcode becomes an object (-fthinlto-index=)
)
