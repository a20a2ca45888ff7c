//go:build unix

package main

import (
	"path/filepath"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/report"
)

// The program is the same by every way to a service: two services, BLAKE3, zstd, a
// Unix socket, a .bazelrc, and others.
func TestWaysToAService(t *testing.T) {
	t.Parallel()
	w := workshop{newSite(t)}
	blake3 := reapitest.Options{
		Execute:         reapitest.RunCommands,
		DigestFunctions: []digest.Function{digest.BLAKE3, digest.SHA256},
	}
	zstd := func(batches bool) reapitest.Options {
		return reapitest.Options{
			Execute: reapitest.RunCommands,
			Inline:  true,
			Capabilities: func(caps *repb.ServerCapabilities) {
				reapitest.AnnounceZstd(caps, batches)
				if !batches {
					caps.CacheCapabilities.MaxBatchTotalSizeBytes = 1
				}
			},
		}
	}
	for name, tc := range map[string]struct {
		options reapitest.Options
		flags   []string
	}{
		"BLAKE3":          {options: blake3, flags: []string{"DIGEST_FUNCTION=BLAKE3"}},
		"zstd in batches": {options: zstd(true), flags: []string{"REMOTE_CACHE_COMPRESSION=1"}},
		"zstd in streams": {options: zstd(false), flags: []string{"REMOTE_CACHE_COMPRESSION=1"}},
		"instance": {
			options: reapitest.Options{Execute: reapitest.RunCommands, Instance: "some/where"},
			flags:   []string{"REMOTE_INSTANCE_NAME=some/where"},
		},
		"properties": {
			options: reapitest.Options{Execute: reapitest.RunCommands},
			flags:   []string{"REMOTE_DEFAULT_EXEC_PROPERTIES=OSFamily=Linux\ncontainer-image=docker://x"},
		},
		"slow as the moon": {options: reapitest.Options{Execute: reapitest.RunCommands, Latency: 100e6}},
		"inline":           {options: reapitest.Options{Execute: reapitest.RunCommands, Inline: true}},
		"as Bazel's worker": {
			options: reapitest.Options{Execute: reapitest.RunCommands, RequireMetadata: true, IgnoreReadOffset: true},
		},
		"strangers' settings": {
			options: reapitest.Options{Execute: reapitest.RunCommands},
			flags:   []string{"REMOTE_MAX_CONNECTIONS=1", "REMOTE_RETRIES=0", "GRPC_KEEPALIVE_TIME=0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := reapitest.StartT(t, tc.options)
			s := w.site(t)
			s.write("rc", "build:ci --remote_executor=grpc://"+server.Addr()+"\n")
			s.with("BAZELRC=$DIR/rc:ci")
			s.with(tc.flags...)
			got, printed := s.link()
			wantSummary(t, got, *remotely)
			s.forget()
			again, printedAgain := s.link()
			wantSummary(t, again, report.Summary{Hits: every, RemoteHits: every})
			if printed+printedAgain != "" || again.BytesUploaded != 0 {
				t.Errorf("printed %q, uploaded %d bytes for hits", printed+printedAgain, again.BytesUploaded)
			}
			s.nothingLeft()
		})
	}
	t.Run("two services", func(t *testing.T) {
		t.Parallel()
		// The executor reads the cache that we fill.
		socket := filepath.Join(t.TempDir(), "s")
		server := reapitest.StartT(t, reapitest.Options{Execute: reapitest.RunCommands, Socket: socket})
		s := w.site(t)
		s.with("REMOTE_EXECUTOR=unix:" + socket)
		s.with("REMOTE_CACHE=unix://" + socket)
		s.with("REMOTE_CACHE_HEADER=x-who=cache")
		s.with("REMOTE_EXEC_HEADER=x-who=exec")
		got, printed := s.link()
		wantSummary(t, got, *remotely)
		wantPrinted(t, printed, "")
		for _, call := range server.Requests("") {
			want := "cache"
			if call.Method == "Execute" {
				want = "exec"
			}
			if got := call.Header.Get("x-who"); call.Method != "GetCapabilities" && (len(got) != 1 || got[0] != want) {
				t.Errorf("%s: x-who %q", call.Method, got)
			}
		}
	})
}
