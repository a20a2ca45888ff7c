package cppscan

// Steps returns how many steps a text has taken, and how many it may take for
// its length: the last one begun is finished, and is no longer than the text.
func Steps(s Source) (taken, most int) {
	given := newMeter(s.text).left
	return given - s.left, given + len(s.text)
}
