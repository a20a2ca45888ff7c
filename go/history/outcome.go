package history

// An Outcome is what became of a job or a compilation.
type Outcome string

// The outcomes of both.
const (
	Hit    Outcome = "hit"    // a cache had the result
	Failed Outcome = "failed" // the compiler failed
)

// The other outcomes of a job.
const (
	Joined  Outcome = "joined"  // an equal job of the link had the result
	Local   Outcome = "local"   // compiled on this machine
	Remote  Outcome = "remote"  // compiled by a worker
	Skipped Outcome = "skipped" // not compiled, or ended, because the link failed
)

// The other outcomes of a compilation.
const (
	IRHit     Outcome = "ir hit"     // the front end ran, and a cache had what the optimiser made of its IR
	Compiled  Outcome = "compiled"   // and stored
	NotStored Outcome = "not stored" // compiled, but the result is stored nowhere
	NotCached Outcome = "not cached" // the command ran as it was given
)

// Where a result came from, beside FromService and FromWorker.
const (
	FromDisk = "disk cache"
	FromHere = "this machine"
	FromJob  = "equal job"
)

// FromService names a service whose cache had the result.
func FromService(address string) string { return "cache " + address }

// FromWorker names a service one of whose workers compiled.
func FromWorker(address string) string { return "worker of " + address }
