package explain

import (
	"fmt"
	"strings"
	"time"

	"thinrex/go/history"
)

// mostListed bounds lists in texts for people. JSON has all.
const (
	mostListed = 5
	listWidth  = 80 // bytes
)

// Text says in one line what the cause is.
func (c Cause) Text() string {
	switch c.Kind {
	case CompilerChanged:
		return withDetails("the compiler changed", c.File, labelled("before", c.Removed))
	case ArgumentsChanged:
		return withDetails("arguments changed", labelled("now", c.Added), labelled("no longer", c.Removed))
	case EnvironmentChanged:
		return withDetails("the environment changed", list(c.Changed), labelled("now set", c.Added),
			labelled("no longer set", c.Removed))
	case ModuleChanged:
		return "the module itself changed"
	case ImportChanged:
		return withDetails("import "+c.File+" changed", c.imported()...)
	case ImportAdded:
		return "it imports from " + c.File + " now"
	case ImportRemoved:
		return "it no longer imports from " + c.File
	case InputChanged:
		return c.File + " changed"
	case InputAdded:
		return "it reads " + c.File + " now"
	case InputRemoved:
		return "it no longer reads " + c.File
	case SourceChanged:
		return "the source itself changed"
	case IndexChanged:
		return "only what the linker says of its symbols changed" + c.inLink()
	}
	return c.withoutChange()
}

// inLink says in parentheses which modules changed in the link, because of which the linker
// says something else of a job's symbols.
func (c Cause) inLink() string {
	if c.None() {
		return ""
	}
	return withDetails(" (in the link",
		labelled("now", c.Added), labelled("changed", c.Changed), labelled("gone", c.Removed)) + ")"
}

// imported names what changed in an import or, if that isn't known, how much.
func (c Cause) imported() []string {
	if !c.None() {
		return []string{list(c.Changed), labelled("imported now", c.Added), labelled("no longer imported", c.Removed)}
	}
	var counts []string
	if c.Kept.Added > 0 {
		counts = append(counts, fmt.Sprintf("imported now: %s", plural(c.Kept.Added, "value")))
	}
	if c.Kept.Removed > 0 {
		counts = append(counts, fmt.Sprintf("no longer imported: %s", plural(c.Kept.Removed, "value")))
	}
	return counts
}

// withoutChange is the text of causes that are no change of what is read.
func (c Cause) withoutChange() string {
	switch c.Kind {
	case FirstTime:
		return "first time: the history has no earlier result for it"
	case Gone:
		return "nothing changed, but no cache had its result any more (pruned, cleared, or damaged)"
	case NotStored:
		return "nothing changed, but the earlier result wasn't stored: " + c.Why
	case OtherKey:
		return "nothing changed that the history records; its key also holds options such as" +
			" --remote_execution_timeout and --remote_default_exec_properties, and thinrex's own version"
	case UnknownChange:
		return "something changed in what it reads, or in which files there are; thinrex doesn't remember what"
	case NotCached:
		return "not cached: " + c.Why
	case NotStorable:
		return "not stored: " + c.Why
	case CompilerFailed:
		return withDetails("the compiler failed, and failures aren't stored", firstLine(c.Why))
	case LinkFailed:
		return "not compiled, because the link ended before"
	}
	return string(c.Kind)
}

// withDetails puts those details behind a text that aren't empty.
func withDetails(text string, details ...string) string {
	separator := ": "
	for _, d := range details {
		if d != "" {
			text += separator + d
			separator = "; "
		}
	}
	return text
}

// labelled puts a label before names; "" if there are none.
func labelled(what string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return what + " " + list(names)
}

// list joins names, but only as many as a line has place for.
func list(names []string) string {
	if len(names) == 0 {
		return ""
	}
	text := names[0]
	for i, name := range names[1:] {
		if i+1 == mostListed || len(text)+len(name) > listWidth {
			return fmt.Sprintf("%s and %d more", text, len(names)-i-1)
		}
		text += ", " + name
	}
	return text
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// ending says how a job or a compilation ended.
func ending(o history.Outcome, from string, ran float64) string {
	switch o {
	case history.Hit:
		return "hit, from the " + from
	case history.Joined:
		return "hit, from an equal job of this link"
	case history.IRHit:
		return "only the front end ran; the optimiser's result is from the " + from
	case history.Local, history.Remote, history.Compiled:
		return strings.TrimSpace("compiled " + seconds(ran))
	case history.NotStored:
		return "compiled, not stored"
	}
	return string(o)
}

func seconds(s float64) string {
	if s == 0 {
		return ""
	}
	return fmt.Sprintf("in %.2f s", s)
}

// ago says how long ago something was.
func ago(then, now time.Time) string {
	d := now.Sub(then)
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(d / unit.length); n > 0 {
			return plural(n, unit.name) + " ago"
		}
	}
	return "a moment ago"
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
