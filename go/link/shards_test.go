package link_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"thinrex/go/link"
)

// Jobs whose shards have a version that thinrex doesn't know are compiled and cached like
// others, and counted. --verbose names them.
func TestShardsOfUnknownVersion(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, manyDifferent(6))
			for i, job := range w.file.Jobs[:4] {
				path := job.Shard()
				w.write(path, withVersion(t, []byte(w.read(path)), []int{11, 15, 16, 31}[i]))
			}
			u := setup{strategy: strategy.Strategy, service: service(t), cache: openStore(t), verbose: true}
			for _, hits := range []int{0, 6} {
				s, err := w.link(within(t), u)
				w.check(s, err)
				if err != nil || s.Hits != hits || s.ShardsNotRenumbered != 4 || s.Uncached > 0 {
					t.Errorf("%+v, %v", s, err)
				}
				for i, job := range w.file.Jobs {
					want := fmt.Sprintf("%s: its summary index keeps the numbers", job.Module())
					if printed := strings.Contains(w.stderr(), want); printed != (i < 4) {
						t.Errorf("%s is named: %v", job.Module(), printed)
					}
				}
				if !strings.Contains(w.stderr(), "its summary has version 15; thinrex knows 12 to 14") {
					t.Errorf("no reason is given:\n%s", w.stderr())
				}
				w.clean()
			}
		})
	}
}

// No message and no count if all shards are understood.
func TestShardsOfKnownVersion(t *testing.T) {
	w := newWorld(t, manyDifferent(3))
	s, err := w.link(within(t), setup{strategy: link.Local, cache: openStore(t), verbose: true})
	w.check(s, err)
	if err != nil || s.ShardsNotRenumbered > 0 || strings.Contains(w.stderr(), "keeps the numbers") {
		t.Errorf("%+v, %v\n%s", s, err, w.stderr())
	}
}

// withVersion replaces the version of a shard's summary, the first record of
// GLOBALVAL_SUMMARY_BLOCK: UNABBREV_RECORD in 4 bits, then in 6 bits each the
// code, the number of operands and the version, below 32.
func withVersion(t *testing.T, shard []byte, version int) []byte {
	t.Helper()
	const unabbreviated, code, operands, bits = 3, 10, 1, 22
	for at := 0; at+4 <= len(shard); at += 4 {
		word := binary.LittleEndian.Uint32(shard[at:])
		if word&(1<<bits-1) == unabbreviated|code<<4|operands<<10|12<<16 {
			binary.LittleEndian.PutUint32(shard[at:], word&^(63<<16)|uint32(version)<<16)
			return shard
		}
	}
	t.Fatal("the shard's summary has no version 12")
	return nil
}
