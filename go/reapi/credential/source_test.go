//go:build unix

package credential

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// stubborn is a helper that ignores SIGTERM, and starts a process that does, too.
const stubborn = "trap '' TERM; (sleep 1000; echo '" + reply + "') & sleep 1000"

// A helper that takes too long is ended with all that it has started.
func TestSlowHelper(t *testing.T) {
	path := script(t, "helper", stubborn)
	s := source(t, Options{Helpers: []string{path}, HelperTimeout: 300 * time.Millisecond})
	got, err := s.GetRequestMetadata(t.Context(), uri)
	checkRefusal(t, got, err, path, "gave no answer within 300ms")
	waitForEnd(t, path)

	// If the call is then repeated, the failure stays, although the helper would succeed
	// now.
	quick := script(t, "helper", "echo '"+reply+"'")
	s.helper = &helper{program: quick, timeout: time.Hour}
	s.Forget()
	got, err = s.GetRequestMetadata(t.Context(), uri)
	checkRefusal(t, got, err, path, "gave no answer within 300ms")
	if n := runs(t, quick); n > 0 {
		t.Errorf("run again %d times", n)
	}
}

func TestCloseEndsHelper(t *testing.T) {
	path := script(t, "helper", stubborn)
	s := source(t, Options{Helpers: []string{path}, HelperTimeout: time.Hour})
	done := make(chan error)
	go func() {
		_, err := s.GetRequestMetadata(t.Context(), uri)
		done <- err
	}()
	waitFor(t, "the helper", func() bool { return runs(t, path) > 0 })
	s.Close()
	if err := <-done; status.Code(err) != codes.Canceled {
		t.Errorf("error = %v", err)
	}
	waitForEnd(t, path)
	_, err := s.GetRequestMetadata(t.Context(), "https://other/")
	if status.Code(err) != codes.Canceled || runs(t, path) != 1 {
		t.Errorf("after Close: %d runs, %v", runs(t, path), err)
	}
}

// If one call ends, the helper goes on running for the others.
func TestCancelledCall(t *testing.T) {
	path := script(t, "helper", "until [ -e go ]; do sleep 0.01; done; echo '"+reply+"'")
	s := source(t, Options{Helpers: []string{path}, HelperTimeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.GetRequestMetadata(ctx, uri)
		done <- err
	}()
	waitFor(t, "the helper", func() bool { return runs(t, path) > 0 })
	cancel()
	if err := <-done; status.Code(err) != codes.Canceled {
		t.Errorf("error = %v", err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := s.GetRequestMetadata(t.Context(), uri)
	if err != nil || got["authorization"] != "Bearer "+secret || runs(t, path) != 1 {
		t.Errorf("%d runs, %v", runs(t, path), err)
	}
}

func TestConcurrentCallsShareARun(t *testing.T) {
	path := script(t, "helper", "echo '"+reply+"'")
	s := source(t, Options{Helpers: []string{path}})
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			got, err := s.GetRequestMetadata(t.Context(), uri)
			if err != nil || got["authorization"] != "Bearer "+secret {
				t.Error(err)
			}
			clear(got) // each caller has a copy
		})
	}
	wg.Wait()
	if n := runs(t, path); n != 1 {
		t.Errorf("%d runs", n)
	}
}

// A helper's answer is kept for each URI until it expires, or until Forget.
func TestAnswersAreKept(t *testing.T) {
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	for _, tc := range []struct {
		name, expires string
		runs          int // for two calls
	}{
		{"no end", "", 1},
		{"later", `,"expires":"` + at(time.Hour) + `"`, 1},
		{"later, with fraction and zone", `,"expires":"2999-12-31T23:59:59.123+02:00"`, 1},
		{"over", `,"expires":"` + at(-time.Minute) + `"`, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := script(t, "helper", `echo '{"headers":{"a":["b"]}`+tc.expires+`}'`)
			s := source(t, Options{Helpers: []string{path}})
			get := func(uri string, want int) {
				t.Helper()
				got, err := s.GetRequestMetadata(t.Context(), uri)
				if err != nil || got["a"] != "b" || runs(t, path) != want {
					t.Errorf("%d runs instead of %d, %v", runs(t, path), want, err)
				}
			}
			get(uri, 1)
			get(uri, tc.runs)
			get("https://cache.example.com/google.bytestream.ByteStream", tc.runs+1)
			s.Forget()
			get(uri, tc.runs+2)
		})
	}
}

func TestUsableUntil(t *testing.T) {
	now := time.Now()
	for life, want := range map[time.Duration]time.Duration{
		time.Hour:         time.Hour - 30*time.Second,
		100 * time.Second: 90 * time.Second,
		-10 * time.Second: -9 * time.Second,
	} {
		if got := usableUntil(now, now.Add(life)).Sub(now); got != want {
			t.Errorf("%v: usable for %v", life, got)
		}
	}
}
