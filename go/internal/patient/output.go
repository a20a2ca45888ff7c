package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// An output takes what a test binary prints with -test.v=test2json. At the end it
// prints what the binary prints without that flag. It is safe for concurrent use.
type output struct {
	to      io.Writer
	results bool // the binary runs with -test.v=test2json; otherwise its output passes through at once

	mu      sync.Mutex
	partial []byte
	count   int
	test    string            // the test that prints now
	kept    map[string][]byte // what each unfinished test has printed
	begun   []string          // the unfinished tests
	shown   bytes.Buffer
}

// mark begins each line that the testing package prints for tools.
const mark = "\x16"

var result = regexp.MustCompile(`^ *--- (PASS|FAIL|SKIP|BENCH): (\S+) `)

// lines is the number of lines printed so far.
func (o *output) lines() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count
}

// running lists the unfinished tests.
func (o *output) running() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.begun) == 0 {
		return "none is running"
	}
	return "running: " + strings.Join(o.begun, ", ")
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.results {
		o.count += bytes.Count(data, []byte("\n"))
		return o.to.Write(data)
	}
	o.partial = append(o.partial, data...)
	for {
		line, rest, ok := bytes.Cut(o.partial, []byte("\n"))
		if !ok {
			return len(data), nil
		}
		o.count++
		o.line(string(line) + "\n")
		o.partial = rest
	}
}

func (o *output) line(line string) {
	text, marked := strings.CutPrefix(line, mark)
	if before, after, ok := strings.Cut(line, mark); ok && !marked { // after a line without an end
		o.keep(before + "\n")
		text, marked = after, true
	}
	if !marked {
		o.keep(line)
		return
	}
	if m := result.FindStringSubmatch(text); m != nil {
		o.ended(m[2], m[1] == "FAIL", text)
		return
	}
	kind, name, _ := strings.Cut(strings.TrimPrefix(text, "=== "), " ")
	name = strings.TrimSpace(name)
	switch kind {
	case "RUN":
		o.begun = append(o.begun, name)
		o.test = name
	case "PAUSE", "CONT", "NAME":
		o.test = name
	default:
		o.shown.WriteString(text) // PASS, FAIL
	}
}

func (o *output) keep(line string) {
	if o.test == "" {
		o.shown.WriteString(line)
		return
	}
	if o.kept == nil {
		o.kept = map[string][]byte{}
	}
	o.kept[o.test] = append(o.kept[o.test], line...)
}

func (o *output) ended(name string, failed bool, line string) {
	if failed {
		o.shown.WriteString(line)
		o.shown.Write(o.kept[name])
	}
	delete(o.kept, name)
	o.begun = slices.DeleteFunc(o.begun, func(running string) bool { return running == name })
	o.test = ""
}

// end prints the result. After a failure it includes all that unfinished tests
// have printed.
func (o *output) end(passed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.partial) > 0 {
		o.line(string(o.partial) + "\n")
		o.partial = nil
	}
	if !passed {
		for _, name := range o.begun {
			fmt.Fprintf(&o.shown, "=== %s hasn't ended; it has printed:\n%s", name, o.kept[name])
		}
	}
	_, _ = o.to.Write(o.shown.Bytes())
}
