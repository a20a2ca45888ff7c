package link

import (
	"runtime"
	"time"
)

// The limits of a link. It may have tens of thousands of jobs, so nothing is done
// for all of them at once. What finds no room waits, or is made again.
//
//	limit                bounds                                  because
//
//	Options.Slots        compilations on this machine at once,   each needs a core and much memory; under make
//	                     and jobs whose imports are cut          -jN, make hands the slots out
//	Options.RemoteTasks  tasks given to a service at once        each has its action and its result in memory
//	RemoteLookups        jobs that wait for the remote cache,    each has its action in memory; there must be many,
//	                     by whole keys and by sliced ones        as each waits for a round trip
//	coresAndDisk         lookups on this machine, actions made   each needs a core, or the disk for a moment
//	                     again or sliced, workers' results
//	                     written
//	actionsKept          actions that wait in queues, in bytes   a miss keeps its action until it runs, and those
//	                                                             of all misses would fill the memory
//	slicesKept           slices of modules in memory, in bytes   jobs share them; the disk cache has all, if there
//	                                                             is one
//	uploadsAtOnce        results on their way to the remote      the linker waits for uploads only at its end, so
//	                     cache, in bytes                         they pile up behind a slow connection
//	raceDelay            the lead of the side that begins a      a busy side would run each job for nothing; an
//	                     race                                    idle one joins at once
//	Options.Patience     the silence of a service about a job,   no worker may ever take the job, and storage may
//	                     before this machine compiles it, too;   be stuck; neither is an error that a service
//	                     of a CAS at the end of a link           reports
//	executingPatience    the same once a worker has begun, in    a worker that has begun usually ends
//	                     multiples of Patience
//	Options.Timeout      one execution on a worker               a compiler that hangs there would hold its worker
//	linkersLastMoment    the wait for the end of a linker that   a linker that is killed removes its files first:
//	                     has removed its files                   a message about these would be noise
//	slicesNoted          what a Journal notes of slices, in      a large link whose jobs all miss reads a million
//	                     words of memory                         slices
//	namedModules         modules that a message names            thousands may fail with one message
//
// Other packages bound what is theirs: host the output of a process, reapi the memory
// of results, its calls and its connections, executor the part of a worker's message
// that becomes part of ours.

// RemoteLookups is how many lookups may wait for a remote cache at once.
const RemoteLookups = 500

const (
	actionsKept       = 64 << 20  // bytes
	slicesKept        = 64 << 20  // bytes
	uploadsAtOnce     = 128 << 20 // bytes
	raceDelay         = time.Second
	executingPatience = 3 // times Options.Patience
	linkersLastMoment = 2 * time.Second
	slicesNoted       = 2 << 20
	namedModules      = 3
)

// coresAndDisk is more than there are cores, as some wait for the disk.
func coresAndDisk() int { return 4 * runtime.GOMAXPROCS(0) }
