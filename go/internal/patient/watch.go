package main

import "time"

// A usage is what the machine's processors have done since it was started, in
// ticks of their own, how much of it for the tests, and whether the tests have
// work for them just now.
type usage struct {
	all, idle, ours uint64
	runnable        bool
}

// A watch tells tests that hang from tests that have to wait for the machine.
type watch struct {
	limit time.Duration
	free  time.Duration // since the last progress, the time in which nothing but the tests themselves kept them from it
	lines int
	last  usage
}

// leastShare bounds how long tests that hang in a loop, on a machine that is
// busy with others, are waited for: to 20 times the limit.
const leastShare = 0.05

// tick is called once a step, with the number of lines that the tests have
// printed so far. It reports whether they have made no progress for too long.
func (w *watch) tick(lines int, now usage) bool {
	was := w.last
	w.last = now
	if lines != w.lines {
		w.lines, w.free = lines, 0
		return false
	}
	part := 1.0
	if now.runnable {
		part = max(share(was, now), leastShare)
	}
	w.free += time.Duration(float64(step) * part)
	return w.free >= w.limit
}

// share is the part of the processors' time between two moments that was idle
// or used by the tests: what the tests could have had. It is all where nothing
// is known.
func share(was, now usage) float64 {
	all := float64(now.all) - float64(was.all)
	if was.all == 0 || all <= 0 {
		return 1
	}
	free := max(float64(now.idle)-float64(was.idle), 0) + max(float64(now.ours)-float64(was.ours), 0)
	return min(free/all, 1)
}
