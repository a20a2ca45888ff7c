package explain

import (
	"slices"
	"time"

	"thinrex/go/history"
)

// Records are what explanations are made of.
type Records struct {
	Links []history.Link // the oldest first
	// Compilations returns those of a source or an object whose name has a text, the oldest
	// first; others may be among them. "" stands for all.
	Compilations func(text string) []history.Compilation
	Jobs         func(id string) (*history.Jobs, error) // reads a link's details
	Values       Values                                 // nil: imports are named, and not what changed in them
}

// Values compares two slices of a module, which the beginnings of their digests name.
type Values func(before, now history.Short) (Difference, error)

const (
	mostEarlier = 30     // links in whose details an explanation looks for earlier records
	mostRead    = 30_000 // jobs in these; the details of the first one are read in any case
)

// earlier returns the links with whose jobs those of a link are compared, in the order in
// which they are looked at: the last ones of the same program, then others in its folder.
func (r Records) earlier(l history.Link) (list []history.Link) {
	var others []history.Link
	for _, e := range slices.Backward(r.Links) {
		switch {
		case !isBefore(e, l) || e.Dir != l.Dir || e.Host != l.Host || e.Summary.Jobs == 0:
		case e.Summary.LinkerOutput == l.Summary.LinkerOutput:
			list = append(list, e)
		default:
			others = append(others, e)
		}
	}
	list = append(list, others...)
	list = list[:min(len(list), mostEarlier)]
	jobs := 0
	for i, e := range list {
		if jobs += e.Summary.Jobs; i > 0 && jobs > mostRead {
			return list[:i]
		}
	}
	return list
}

func isBefore(e, l history.Link) bool {
	return e.ID != l.ID && endedBefore(e.Started, e.Summary.WallSeconds, l.Started)
}

// endedBefore reports whether what began at a time, and took so many seconds, had ended at
// another time. What ran beside a link or a compilation may not have stored its results in
// time for it, so that it is no earlier one.
func endedBefore(began time.Time, seconds float64, at time.Time) bool {
	return !began.Add(time.Duration(seconds * float64(time.Second))).After(at)
}
