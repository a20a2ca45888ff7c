package bitcode

import (
	"bytes"
	"regexp"
	"testing"
)

// A summary with unknown content stays as it is, and KeptNumbers says why.
func TestUnknownSummary(t *testing.T) {
	function := func(s *stream) { // value 5
		s.record(valueGUID, 5, 1, 1)
		s.record(combinedProfile, 5, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	for name, test := range map[string]struct {
		version uint64
		summary func(*stream)
		why     string
	}{
		"unknown record": {14, func(s *stream) {
			s.record(99, 1)
		}, "record 99 in block 20 .* is unknown"},
		"original name": {14, func(s *stream) {
			function(s)
			s.record(9, 1)
		}, "record 9 .* unknown"},
		"of one module": {14, func(s *stream) {
			function(s)
			s.record(22, 0, 1, 8, 5)
		}, "record 22 .* unknown"},
		"context ids": {14, func(s *stream) {
			function(s)
			s.record(31, 1, 2)
		}, "record 31 .* unknown"},
		"later version":   {15, func(s *stream) { function(s) }, "version 15; thinrex knows 12 to 14"},
		"earlier version": {11, func(s *stream) { function(s) }, "version 11"},
		"version twice": {12, func(s *stream) {
			s.record(summaryVersion, 12)
		}, "record 10 .* another form"},
		"record out of place": {12, func(s *stream) {
			s.record(blockCount, 1)
			s.record(valueGUID, 1, 2, 3)
		}, "record 16 .* stands where"},
		"undefined value": {12, func(s *stream) {
			s.record(combinedGlobalVar, 5, 0, 0, 0)
		}, "names value 5,"},
		"undefined reference": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0, 6)
		}, "value 6"},
		"reference to nothing": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0, 0)
		}, "value 0"},
		"undefined module": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 3, 0, 0)
		}, "module 3"},
		"one value twice": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(valueGUID, 5, 1, 2)
		}, "two .* id 5"},
		"short record": {12, func(s *stream) {
			s.record(combinedProfile, 1, 2)
		}, "record 5 .* another form"},
		"short GUID": {12, func(s *stream) {
			s.record(valueGUID, 1)
		}, "record 16 .* another form"},
		"too many references": {12, func(s *stream) {
			s.record(combinedProfile, 1, 0, 0, 0, 0, 0, 9, 0, 0)
		}, "another form"},
		"odd calls": {12, func(s *stream) {
			s.record(combinedProfile, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
		}, "another form"},
		"type tests of nothing": {12, func(s *stream) {
			s.record(typeTests, 1)
		}, "record 11 .* stands where"},
		"type tests of a variable": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(typeTests, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0)
		}, "record 6 .* stands where"},
		"block": {12, func(s *stream) { s.opaque(99, 3) }, "block 99 in block 20"},
		"parameter of no value": {12, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(paramAccess, 0, 0, 0, 1, 0, 6, 0, 0)
			s.record(combinedProfile, 5, 0, 0, 0, 0, 0, 0, 0, 0)
		}, "value 6"},
		"half a parameter": {12, func(s *stream) {
			s.record(paramAccess, 0, 0, 0, 1, 0, 6, 0)
			function(s)
		}, "another form"},
		"endless parameters": {12, func(s *stream) {
			s.record(paramAccess, 0, 0, 0, 1<<63)
			function(s)
		}, "another form"},
		"profile behind, of old": {12, func(s *stream) {
			function(s)
			s.record(allocInfoNoStacks, 0, 0)
		}, "record 33 .* stands where"},
		"profile before, of new": {14, func(s *stream) {
			s.record(allocInfoNoStacks, 0, 0)
			function(s)
		}, "record 33 .* stands where"},
		"profile of a variable": {14, func(s *stream) {
			s.record(valueGUID, 5, 1, 1)
			s.record(combinedGlobalVar, 5, 0, 0, 0)
			s.record(callsiteInfo, 5, 0, 0)
		}, "record 28"},
		"call site of no value": {14, func(s *stream) {
			function(s)
			s.record(callsiteInfo, 6, 0, 0)
		}, "value 6"},
		"call site without a stack": {14, func(s *stream) {
			function(s)
			s.record(callsiteInfo, 5, 1, 0, 0)
		}, "stack id"},
		"call site's false counts": {14, func(s *stream) {
			function(s)
			s.record(callsiteInfo, 5, 1<<63, 1<<63)
		}, "another form"},
		"stack ids behind": {14, func(s *stream) {
			function(s)
			s.record(stackIDs, 1, 1)
		}, "record 30 .* stands where"},
		"stack ids twice": {14, func(s *stream) {
			s.record(stackIDs, 1, 1)
			s.record(stackIDs, 1, 1)
		}, "record 30 .* stands where"},
		"half a stack id": {14, func(s *stream) { s.record(stackIDs, 1) }, "another form"},
		"allocation without a tree": {14, func(s *stream) {
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"allocation's short record": {14, func(s *stream) {
			function(s)
			s.record(allocInfo, 1, 1, 1, 0)
		}, "another form"},
		"tree's end": {14, func(s *stream) {
			s.record(contextTree, 2, 0)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"tree without an id": {14, func(s *stream) {
			s.record(contextTree, 1, 0)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "stack id"},
		"way out of the tree": {14, func(s *stream) {
			s.record(contextTree, 1, 1<<32-9)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"way to a way": {14, func(s *stream) {
			s.record(contextTree, 1, 1<<32-1, 1<<32-1, 0)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
		"longer than the tree": {14, func(s *stream) {
			s.record(contextTree, 1<<60)
			function(s)
			s.record(allocInfo, 1, 0, 1, 0)
		}, "call stack at 0"},
	} {
		t.Run(name, func(t *testing.T) {
			build := func(canonical bool, path string) []byte {
				s := newStream(canonical)
				s.block(moduleID, 3, func() {
					s.strtab(path)
					s.block(summaryID, 4, func() {
						s.record(summaryVersion, test.version)
						test.summary(s)
					})
				})
				return s.data
			}
			s := parse(t, build(false, "a.o"))
			if err := s.KeptNumbers(); err == nil || !regexp.MustCompile(test.why).MatchString(err.Error()) {
				t.Errorf("keeps the numbers because %v, want %s", err, test.why)
			}
			if got, want := s.Rename(func(string) string { return "b" }), build(true, "b"); !bytes.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
		})
	}
}
