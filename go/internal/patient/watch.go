package main

import "time"

// A usage says what the processors have done since the machine started, in ticks
// of the kernel's clock.
type usage struct {
	all, idle uint64
	ours      uint64 // used by the tests and their child processes
	runnable  bool   // a thread of the tests is running now or waits for a processor or a disk
}

// A watch tells tests that hang from tests that wait for a busy machine.
type watch struct {
	limit time.Duration
	free  time.Duration // since the last progress, without the time that other programs took from the tests
	lines int
	last  usage
}

// leastShare makes patient give up on an endless loop even on a machine that is
// always busy: after 20 times the limit.
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

// share is the part of the processors' time between two moments that the tests
// used or could have used. Where the system tells nothing, it is all.
func share(was, now usage) float64 {
	all := float64(now.all) - float64(was.all)
	if was.all == 0 || all <= 0 {
		return 1
	}
	free := max(float64(now.idle)-float64(was.idle), 0) + max(float64(now.ours)-float64(was.ours), 0)
	return min(free/all, 1)
}
