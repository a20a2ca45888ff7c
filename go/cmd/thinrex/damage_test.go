//go:build unix

package main

import (
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// A storageFault is something that goes wrong in a service's storage after a first
// link: what the second and the third link then do. Whatever it is, the programs
// equal that of a link without thinrex.
type storageFault struct {
	options reapitest.Options
	flags   []string // NAME=VALUE, without THINREX_
	happens func(*reapitest.Server)
	want    report.Summary // of the second link, 0 jobs for any
	then    report.Summary // of the third one
	prints  string         // a regular expression for what the second prints
	thenToo bool           // the third prints it, too
	fails   string         // part of the error of both, "" if they succeed
}

func TestStorageFaults(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	for name, f := range storageFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.run(t, w)
		})
	}
}

func (f storageFault) run(t *testing.T, w workshop) {
	if f.options.Execute == nil {
		f.options.Execute = reapitest.RunCommands
	}
	server := reapitest.StartT(t, f.options)
	s := w.site(t)
	s.with("REMOTE_EXECUTOR=grpc://"+server.Addr(), "REMOTE_RETRIES=2", unansweredOption)
	s.with(f.flags...)
	s.link()
	f.happens(server)
	for i, want := range []report.Summary{f.want, f.then} {
		s.forget()
		got, printed, err := s.tryLink()
		checkRow(t, got, printed)
		switch {
		case f.fails != "":
			if err == nil || !strings.Contains(printed, f.fails) || strings.Count(printed, "thinrex: ") != 1 {
				t.Errorf("link %d: %v, printed %q, want one line with %q", i, err, printed, f.fails)
			}
			continue
		case err != nil:
			t.Fatalf("link %d: %v: %s", i, err, printed)
		}
		s.run("cmp prog inproc")
		wantSummary(t, got, want)
		prints := f.prints
		if i == 1 && !f.thenToo {
			prints = ""
		}
		if !regexp.MustCompile("^(?:" + prints + ")$").MatchString(printed) {
			t.Errorf("link %d printed %q, want %q", i, printed, prints)
		}
	}
	s.nothingLeft()
}

// everyModule picks the modules and shards of a link.
func everyModule(_ digest.Digest, data []byte) bool {
	return strings.HasPrefix(string(data), "BC\xc0\xde")
}

func everyObject(_ digest.Digest, data []byte) bool {
	return strings.HasPrefix(string(data), "\x7fELF")
}

func storageFaults() map[string]storageFault {
	hits, rebuilt := report.Summary{Hits: every, RemoteHits: every}, report.Summary{Remote: every}
	here, uncached := report.Summary{Local: every, Fallbacks: every}, report.Summary{Local: every}
	modules := func(how reapitest.Corruption) func(*reapitest.Server) {
		return func(s *reapitest.Server) {
			s.ForgetResults()
			s.Damage(how, everyModule)
		}
	}
	objects := func(how reapitest.Corruption) func(*reapitest.Server) {
		return func(s *reapitest.Server) { s.Damage(how, everyObject) }
	}
	const named = `blob [0-9a-f]{64}/[0-9]+`
	m := map[string]storageFault{}
	for name, code := range map[string]codes.Code{
		"missing": codes.FailedPrecondition, "a mismatch": codes.InvalidArgument,
		"what the compiler prints": codes.OK,
	} {
		for _, strategy := range []string{"remote", "remote_local_fallback"} {
			options := reapitest.Options{DamagedInputs: code}
			m["inputs damaged, "+name+", "+strategy] = storageFault{
				options: options, flags: []string{"EXEC_STRATEGY=" + strategy},
				happens: modules(reapitest.WrongBytes), want: rebuilt, then: hits,
			}
			options.KeepsStoredBlobs = true
			hopeless := storageFault{
				options: options, flags: []string{"EXEC_STRATEGY=" + strategy},
				happens: modules(reapitest.Truncated), want: here, then: here, prints: warning(named), thenToo: true,
			}
			if strategy == "remote" {
				hopeless.fails = "is damaged in the CAS"
			}
			m["inputs damaged for good, "+name+", "+strategy] = hopeless
		}
	}
	for name, how := range map[string]reapitest.Corruption{
		"other bytes": reapitest.WrongBytes, "half": reapitest.Truncated,
	} {
		m["outputs damaged, "+name] = storageFault{
			options: reapitest.Options{WorkersSkipStored: true}, happens: objects(how), want: here, then: hits,
			prints: warning(named),
		}
		m["outputs damaged, "+name+", workers replace them"] = storageFault{happens: objects(how), want: rebuilt, then: hits}
		m["outputs damaged, "+name+", a cache alone"] = storageFault{
			flags: []string{"EXEC_STRATEGY=local"}, options: reapitest.Options{Capabilities: noExecution},
			happens: objects(how), want: uncached, then: hits,
		}
		m["outputs damaged for good, "+name] = storageFault{
			options: reapitest.Options{KeepsStoredBlobs: true},
			happens: objects(how), want: here, then: here, prints: warning(named), thenToo: true,
		}
		m["outputs damaged for good, "+name+", a cache alone"] = storageFault{
			flags:   []string{"EXEC_STRATEGY=local"},
			options: reapitest.Options{Capabilities: noExecution, KeepsStoredBlobs: true},
			happens: objects(how), want: uncached, then: uncached, prints: warning(named), thenToo: true,
		}
		m["outputs damaged, "+name+", remote"] = storageFault{
			options: reapitest.Options{WorkersSkipStored: true},
			flags:   []string{"EXEC_STRATEGY=remote"}, happens: objects(how), fails: "--exec_strategy=remote_local_fallback",
		}
	}
	full := func(code codes.Code, message string) func(*reapitest.Server) {
		return func(s *reapitest.Server) {
			s.Wipe(true)
			s.Fill(code, message)
		}
	}
	for name, words := range map[string]string{"in words": "no space left on device", "in few": "quota"} {
		m["the CAS is full, "+name] = storageFault{
			happens: full(codes.ResourceExhausted, words), want: here, then: here, prints: warning(words), thenToo: true,
		}
		m["the CAS is full, "+name+", a cache alone"] = storageFault{
			flags: []string{"EXEC_STRATEGY=local"}, options: reapitest.Options{Capabilities: noExecution},
			happens: full(codes.ResourceExhausted, words), want: uncached, then: uncached, prints: warning(words), thenToo: true,
		}
		m["the CAS is full, "+name+", remote"] = storageFault{
			flags: []string{"EXEC_STRATEGY=remote"}, happens: full(codes.ResourceExhausted, words), fails: words,
		}
		m["the CAS is full and has the inputs, "+name] = storageFault{
			happens: func(s *reapitest.Server) {
				s.ForgetResults()
				s.Fill(codes.ResourceExhausted, words)
			},
			want: rebuilt, then: hits,
		}
	}
	return m
}
