// Package trace writes how a link went as Chrome trace events, the JSON that Perfetto,
// chrome://tracing and speedscope open. Slots are threads, and what a job did in a slot are
// events in that thread. Such events must be nested or apart; docs/operate.md says what is where.
package trace

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"

	"thinrex/go/history"
)

// The processes of the trace. Viewers show them in this order.
const (
	pidLookups = iota + 1
	pidHere
	pidWorkers
)

// An event is one of the format's events. Times are in microseconds.
type event struct {
	Name     string `json:"name"`
	Category string `json:"cat,omitempty"`
	Phase    string `json:"ph"`
	Time     int64  `json:"ts"`
	Duration *int64 `json:"dur,omitempty"` // of complete events
	Process  int    `json:"pid"`
	Thread   int    `json:"tid"`
	Args     any    `json:"args,omitempty"`
}

// jobArgs is what a viewer shows of a job that is selected.
type jobArgs struct {
	Module   string  `json:"module"`
	Outcome  string  `json:"outcome"`
	From     string  `json:"from,omitempty"`
	Key      string  `json:"key,omitempty"`
	Sliced   string  `json:"sliced_key,omitempty"`
	Why      string  `json:"why,omitempty"`
	Bytes    int64   `json:"bytes"`       // of outputs
	Read     int64   `json:"bytes_read"`  // of the module, its imports and other inputs
	Imports  int     `json:"imports"`     // how many modules the job imports from
	Compiler float64 `json:"ran_seconds"` // the compiler; for a hit, when the result was made
	Fallback bool    `json:"fallback,omitempty"`
	Twice    bool    `json:"compiled_twice,omitempty"`
}

// Write writes the trace of a link.
func Write(w io.Writer, link history.Link, jobs *history.Jobs) error {
	buffered := bufio.NewWriter(w)
	err := json.NewEncoder(buffered).Encode(struct {
		Events []event           `json:"traceEvents"`
		Unit   string            `json:"displayTimeUnit"`
		Other  map[string]string `json:"otherData"`
	}{
		Events: events(jobs),
		Unit:   "ms",
		Other: map[string]string{
			"link":    link.ID,
			"output":  link.Summary.LinkerOutput,
			"started": link.Started.Format("2006-01-02T15:04:05.000Z07:00"),
			"thinrex": link.Summary.Version,
		},
	})
	return cmp.Or(err, buffered.Flush())
}

// events are the names of processes and threads, and then what happened, sorted by time.
func events(jobs *history.Jobs) []event {
	lookups := lanes{process: pidLookups, name: "lookups", thread: "lookup"}
	here := lanes{process: pidHere, name: "this machine", thread: "slot"}
	workers := lanes{process: pidWorkers, name: "workers", thread: "slot"}
	for _, j := range jobs.Jobs {
		args := argsOf(jobs, j)
		lookups.add(anySlot, lookupOf(j, args))
		if j.Away {
			workers.add(j.Slot, runOf(j, args))
		} else {
			here.add(j.Slot, runOf(j, args))
		}
	}
	all := waiting(jobs.Jobs)
	names := []event{} // an empty list in JSON if there are no jobs
	for _, l := range []*lanes{&lookups, &here, &workers} {
		threads, events := l.events()
		names, all = append(names, threads...), append(all, events...)
	}
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Compare(a.Time, b.Time) })
	return append(names, all...)
}

func argsOf(jobs *history.Jobs, j history.Job) jobArgs {
	args := jobArgs{
		Outcome:  string(j.Outcome),
		From:     j.From,
		Key:      j.Key,
		Why:      j.Why,
		Bytes:    j.Bytes,
		Imports:  len(j.Imports),
		Compiler: j.Ran,
		Fallback: j.Fallback,
		Twice:    j.Twice,
	}
	if j.Sliced != nil {
		args.Sliced = j.Sliced.Key
	}
	args.Module = jobs.Files[j.Module].StableName()
	args.Read = jobs.Files[j.Module].Size
	for _, i := range slices.Concat(j.Imports, j.Inputs) {
		args.Read += jobs.Files[i].Size
	}
	return args
}

// lookupOf is what a job did before it had a slot, and all that a hit did.
func lookupOf(j history.Job, args jobArgs) group {
	g := group{args: args}
	g.add("lookup", j.Begin, j.Lookup)
	g.add("cut imports", j.CutAt, j.Cut)
	if j.Run == 0 {
		g.add("write", j.End-j.Write, j.Write)
	}
	return g
}

// runOf is what a job did in its slot.
func runOf(j history.Job, args jobArgs) group {
	g := group{args: args}
	name := "run"
	if j.Away {
		name = "upload, run, download"
	}
	g.add(name, j.Start, j.Run)
	return g
}

// waiting counts the jobs that wait for a slot, each time that it changes.
func waiting(jobs []history.Job) []event {
	change := map[int64]int{}
	for _, j := range jobs {
		from := max(j.Begin+j.Lookup, j.CutAt+j.Cut)
		if j.Run > 0 && j.Start > from {
			change[microseconds(from)]++
			change[microseconds(j.Start)]--
		}
	}
	var times []int64
	for at := range change {
		times = append(times, at)
	}
	slices.Sort(times)
	number := 0
	var all []event
	for _, at := range times {
		number += change[at]
		all = append(all, event{
			Name:    "jobs waiting for a slot",
			Phase:   "C",
			Time:    at,
			Process: pidLookups,
			Args:    map[string]int{"jobs": number},
		})
	}
	return all
}

func microseconds(seconds float64) int64 { return int64(math.Round(seconds * 1e6)) }
