package trace

import (
	"cmp"
	"fmt"
	"slices"
)

// A group is what a job did in one thread: an event with its phases inside.
type group struct {
	args   jobArgs
	phases []phase
}

type phase struct {
	name     string
	from, to int64 // in microseconds
}

func (g *group) add(name string, at, length float64) {
	if length <= 0 {
		return
	}
	p := phase{name, microseconds(at), microseconds(at + length)}
	if n := len(g.phases); n > 0 {
		p.from = max(p.from, g.phases[n-1].to) // times in records are rounded
	}
	p.to = max(p.from, p.to)
	g.phases = append(g.phases, p)
}

func (g group) from() int64 { return g.phases[0].from }
func (g group) to() int64   { return g.phases[len(g.phases)-1].to }

// startAt cuts off what is before a time.
func (g group) startAt(at int64) {
	for i := range g.phases {
		p := &g.phases[i]
		p.from, p.to = max(p.from, at), max(p.to, at)
	}
}

// lanes make the threads of a process. In each of them, groups follow each other: viewers
// can't show events that overlap.
type lanes struct {
	process int
	name    string // of the process
	thread  string // begins the names of threads
	slotted []slotted
}

type slotted struct {
	slot int
	group
}

// anySlot is for groups that take the first thread that is free.
const anySlot = -1

func (l *lanes) add(slot int, g group) {
	if len(g.phases) > 0 {
		l.slotted = append(l.slotted, slotted{slot, g})
	}
}

type thread struct {
	id, slot int
	name     string
	end      int64
}

// roundingError is how much two groups may overlap because their times were rounded.
const roundingError = 2000 // microseconds

// events returns the names of the threads, and the events of all groups.
func (l *lanes) events() (names, all []event) {
	if len(l.slotted) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(l.slotted, func(a, b slotted) int {
		return cmp.Or(cmp.Compare(a.from(), b.from()), cmp.Compare(a.slot, b.slot))
	})
	var threads []thread
	for _, s := range l.slotted {
		t := l.threadFor(s, &threads)
		s.startAt(t.end)
		t.end = s.to()
		all = append(all, s.events(l.process, t.id)...)
	}
	names = append(names, l.metadata("process_name", 0, "name", l.name),
		l.metadata("process_sort_index", 0, "sort_index", l.process))
	slices.SortFunc(threads, func(a, b thread) int {
		return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.id, b.id))
	})
	for i, t := range threads {
		names = append(names, l.metadata("thread_name", t.id, "name", t.name),
			l.metadata("thread_sort_index", t.id, "sort_index", i))
	}
	return names, all
}

// threadFor finds a free thread of the group's slot, or adds one. A slot needs a second one
// if times overlap, as after a change of the computer's clock.
func (l *lanes) threadFor(s slotted, threads *[]thread) *thread {
	same := 0
	for i := range *threads {
		t := &(*threads)[i]
		if t.slot != s.slot {
			continue
		}
		if t.end <= s.from()+roundingError {
			return t
		}
		same++
	}
	t := thread{id: l.process*1_000_000 + len(*threads), slot: s.slot, end: s.from()}
	switch {
	case s.slot == anySlot:
		t.name = fmt.Sprintf("%s %d", l.thread, same+1)
	case same == 0:
		t.name = fmt.Sprintf("%s %d", l.thread, s.slot+1)
	default:
		t.name = fmt.Sprintf("%s %d (%d)", l.thread, s.slot+1, same+1)
	}
	*threads = append(*threads, t)
	return &(*threads)[len(*threads)-1]
}

func (l *lanes) metadata(what string, thread int, key string, value any) event {
	return event{Name: what, Phase: "M", Process: l.process, Thread: thread, Args: map[string]any{key: value}}
}

// events are the whole of a group, and its phases.
func (g group) events(process, thread int) []event {
	complete := func(name string, from, to int64, args any) event {
		return event{
			Name:     name,
			Category: g.args.Outcome,
			Phase:    "X",
			Time:     from,
			Duration: new(to - from),
			Process:  process,
			Thread:   thread,
			Args:     args,
		}
	}
	all := []event{complete(g.args.Module, g.from(), g.to(), g.args)}
	for _, p := range g.phases {
		all = append(all, complete(p.name, p.from, p.to, nil))
	}
	return all
}
