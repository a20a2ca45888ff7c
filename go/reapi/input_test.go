package reapi_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// A file that changed is neither stored under its old digest nor passed to an
// execution. Once it has its old content again, the action is executed.
func TestChangedInput(t *testing.T) {
	t.Parallel()
	changes := map[string]func(path string, data []byte) error{
		"other bytes": func(path string, data []byte) error {
			data = slices.Clone(data)
			data[len(data)/2] ^= 1
			return os.WriteFile(path, data, 0o644)
		},
		"longer": func(path string, data []byte) error {
			return os.WriteFile(path, append(data[:len(data):len(data)], 'x'), 0o644)
		},
		"much more": func(path string, data []byte) error { return os.WriteFile(path, bytes.Repeat(data, 3), 0o644) },
		"shorter":   func(path string, _ []byte) error { return os.Truncate(path, 100) },
		"empty":     func(path string, _ []byte) error { return os.Truncate(path, 0) },
		"vanished":  func(path string, _ []byte) error { return os.Remove(path) },
	}
	kinds := map[string]struct {
		size int
		zstd bool
	}{
		"batch":       {size: 10_000},
		"zstd batch":  {size: 10_000, zstd: true},
		"stream":      {size: 1_000_000},
		"zstd stream": {size: 1_000_000, zstd: true},
	}
	for kindName, kind := range kinds {
		for changeName, change := range changes {
			t.Run(kindName+"/"+changeName, func(t *testing.T) {
				t.Parallel()
				s := reapitest.StartT(t, reapitest.Options{Capabilities: func(caps *repb.ServerCapabilities) {
					caps.CacheCapabilities.MaxBatchTotalSizeBytes = 64 << 10
					reapitest.AnnounceZstd(caps, true)
				}})
				c := dial(t, s, func(o *reapi.Options) { o.Compress = kind.zstd })
				data := noise("module", kind.size)
				in := inputFile(t, "m.o", data)
				if err := change(in.File.Path, data); err != nil {
					t.Fatal(err)
				}
				a := newAction(t, "m", in)
				_, err := c.Execute(within(t), a)
				if !errors.Is(err, action.ErrInputChanged) || !strings.Contains(err.Error(), in.File.Path) {
					t.Errorf("want action.ErrInputChanged with the path: %v", err)
				}
				if _, ok := s.Blob(in.Digest); ok || s.Calls("Execute") > 0 || c.Down() != nil {
					t.Errorf("stored: %v, executions: %d, down: %v", ok, s.Calls("Execute"), c.Down())
				}
				if err := os.WriteFile(in.File.Path, data, 0o644); err != nil {
					t.Fatal(err)
				}
				execute(t, c, a)
			})
		}
	}
}

// An empty file, and a file that the service has, isn't even opened.
func TestInputNotRead(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	there := inputFile(t, "there", []byte("the service has it"))
	s.PutBlob([]byte("the service has it"))
	for _, in := range []action.Input{there, inputFile(t, "empty", nil)} {
		if err := os.Remove(in.File.Path); err != nil {
			t.Fatal(err)
		}
		execute(t, dial(t, s), newAction(t, in.Name, in))
	}
}

// A bad blob fails the action that needs it, and no other whose blobs share its
// batch. The service isn't given up.
func TestOneBadBlob(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{})
	c := dial(t, s)
	shared := input("shared", noise("shared", 1000))
	bad := input("bad", []byte("what it is"))
	bad.Digest = digest.SHA256.Of([]byte("what it claims to be"))
	gone := inputFile(t, "gone", []byte("gone"))
	if err := os.Remove(gone.File.Path); err != nil {
		t.Fatal(err)
	}
	// While the first query is repeated, the blobs of all other actions gather.
	s.Inject(reapitest.Fault{Method: "FindMissingBlobs", Times: 1, Code: codes.Unavailable})
	errs := atOnce(30, func(i int) error {
		inputs := []action.Input{shared}
		switch i {
		case 10:
			inputs = append(inputs, bad)
		case 20:
			inputs = append(inputs, gone)
		}
		_, err := c.Execute(within(t), newAction(t, "m"+string(rune('a'+i)), inputs...))
		return err
	})
	for i, err := range errs {
		switch i {
		case 10:
			if err == nil || !strings.Contains(err.Error(), bad.Digest.Hash) {
				t.Errorf("a blob was taken under a wrong digest: %v", err)
			}
		case 20:
			if !errors.Is(err, action.ErrInputChanged) {
				t.Errorf("a missing file was taken: %v", err)
			}
		default:
			if err != nil {
				t.Errorf("action %d: %v", i, err)
			}
		}
	}
	if c.Down() != nil {
		t.Errorf("down: %v", c.Down())
	}
	if _, err := c.Execute(within(t), newAction(t, "again", bad)); err == nil {
		t.Error("the bad blob was taken at the second attempt")
	}
}

// If an upload fails for one action, the next action that needs the blob uploads it.
func TestFailedUploadIsRepeated(t *testing.T) {
	for _, method := range []string{"FindMissingBlobs", "BatchUpdateBlobs", "Write"} {
		t.Run(method, func(t *testing.T) {
			s := reapitest.StartT(t, reapitest.Options{})
			c := dial(t, s)
			s.Inject(reapitest.Fault{Method: method, Times: 1, Code: codes.PermissionDenied, Message: "not now"})
			in := inputFile(t, "m.o", noise("m", 5<<20))
			if _, err := c.Execute(within(t), newAction(t, "a", in)); err == nil || !strings.Contains(err.Error(), "not now") {
				t.Errorf("want the refusal: %v", err)
			}
			execute(t, c, newAction(t, "b", in))
			if len(s.UploadedTwice()) > 0 || c.Down() != nil {
				t.Errorf("uploaded twice: %v, down: %v", s.UploadedTwice(), c.Down())
			}
		})
	}
}
