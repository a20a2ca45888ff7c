// Package report tells people and programs how a link went: a progress line and
// messages while it runs, a line and a JSON file at its end.
package report

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// A Summary is the content of --summary_file. Jobs = Hits + Local + Remote +
// Failed + Skipped.
type Summary struct {
	Version      string `json:"version"`       // of thinrex
	LinkerOutput string `json:"linker_output"` // the file being linked, as lld calls it
	Jobs         int    `json:"jobs"`
	Hits         int    `json:"hits"`     // taken from a cache, or from an equal job of this link
	Local        int    `json:"local"`    // compiled on this machine
	Remote       int    `json:"remote"`   // compiled by a worker
	Failed       int    `json:"failed"`   // the compiler failed
	Skipped      int    `json:"skipped"`  // not compiled after a failure, or ended by it
	Uncached     int    `json:"uncached"` // compiled, but the result is stored nowhere

	ShardsNotRenumbered int `json:"shards_not_renumbered"` // jobs that may miss although an equal one is cached

	// Of hits, local and remote: whose key held slices of the imported modules.
	Sliced       int     `json:"sliced"`
	SliceHits    int     `json:"slice_hits"`    // of these, hits
	SliceSeconds float64 `json:"slice_seconds"` // of CPU, for cutting modules

	// Of local and remote: compiled a second time, because what came of slices was of no use.
	CompiledTwice int `json:"compiled_twice"`

	// With --verify_hits.
	Verified         int `json:"verified"`          // hits that were compiled again
	WrongHits        int `json:"wrong_hits"`        // of these, replaced by what the compiler gave twice: counted as local
	NotDeterministic int `json:"not_deterministic"` // of these, the compiler gave two different objects

	RemoteHits      int   `json:"remote_hits"`      // hits that came from the remote cache
	Fallbacks       int   `json:"fallbacks"`        // compiled here instead of on a worker
	BytesUploaded   int64 `json:"bytes_uploaded"`   // of blobs, on the wire: compressed if they are
	BytesDownloaded int64 `json:"bytes_downloaded"` // likewise

	// Seconds since the program started, as is WallSeconds.
	SetupSeconds  float64 `json:"setup_seconds"`  // dist-file read, compiler known
	LookupSeconds float64 `json:"lookup_seconds"` // all jobs looked up, hits written; not those by sliced keys
	WallSeconds   float64 `json:"wall_seconds"`

	Error string `json:"error,omitempty"` // why the link failed
}

// Line is the summary in one line.
func (s Summary) Line() string {
	return fmt.Sprintf("%d jobs: %d hits, %d local, %d remote, %d failed; %.1fs",
		s.Jobs, s.Hits, s.Local, s.Remote, s.Failed, s.WallSeconds)
}

// WriteFile writes the summary as one JSON object.
func (s Summary) WriteFile(path string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// Seconds rounds a duration to milliseconds.
func Seconds(d time.Duration) float64 {
	return float64(d.Round(time.Millisecond).Milliseconds()) / 1000
}
