package doctor

import (
	"fmt"
	"io"
	"slices"
)

// A Status says how bad a finding is.
type Status string

// The statuses.
const (
	OK      Status = "ok"
	Warning Status = "warning" // thinrex works, with fewer hits or less than the user asked for
	Broken  Status = "broken"
)

// A Line is one finding.
type Line struct {
	Check  string `json:"check"` // what was checked: compiler, linker, …
	Status Status `json:"status"`
	Text   string `json:"text"`             // what was found
	Advice string `json:"advice,omitempty"` // what to do about it
}

// Findings collect lines, and print each as soon as it is there.
type Findings struct {
	Out   io.Writer
	Err   error // why one of them, the first, couldn't be printed
	lines []Line
}

// Add adds a line.
func (f *Findings) Add(line Line) {
	f.lines = append(f.lines, line)
	text := fmt.Sprintf("%-8s %-12s %s\n", line.Status, line.Check, line.Text)
	if line.Advice != "" {
		text += fmt.Sprintf("%21s → %s\n", "", line.Advice)
	}
	if _, err := io.WriteString(f.Out, text); f.Err == nil {
		f.Err = err
	}
}

// Healthy reports whether nothing is broken.
func (f *Findings) Healthy() bool {
	return !slices.ContainsFunc(f.lines, func(l Line) bool { return l.Status == Broken })
}

// version changes when what a reader of the JSON knows no longer holds.
const version = 1

// JSON is what thinrex doctor --json prints. docs/operate.md describes it.
func (f *Findings) JSON() any {
	return struct {
		Version int    `json:"version"`
		Healthy bool   `json:"healthy"`
		Checks  []Line `json:"checks"`
	}{version, f.Healthy(), f.lines}
}
