package reapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi"
)

// damageCodes are the statuses with which workers that verify their inputs refuse
// damaged ones.
var damageCodes = []codes.Code{
	codes.FailedPrecondition, codes.NotFound, codes.InvalidArgument, codes.Internal, codes.DataLoss, codes.Unknown,
	codes.Aborted,
}

// unverified is an execution on a worker that doesn't verify its inputs: damaged ones
// give a result that is garbage.
func unverified(garbage *reapitest.Result) reapitest.ExecuteFunc {
	return func(ctx context.Context, job *reapitest.Job) (*reapitest.Result, error) {
		for _, in := range job.Inputs {
			if data, _ := job.Blob(in.Digest); digest.SHA256.Of(data) != in.Digest {
				return garbage, nil
			}
		}
		return writes(1000)(ctx, job)
	}
}

var (
	failed = &reapitest.Result{ExitCode: 1, Stderr: []byte("error: Invalid bitcode signature")}
	killed = &reapitest.Result{ExitCode: 139}
	empty  = &reapitest.Result{Outputs: []reapitest.Output{{Path: "m.native.o"}}}
)

// workers react to damaged inputs in different ways.
func workers() map[string]reapitest.Options {
	m := map[string]reapitest.Options{
		"compiler fails": {Execute: unverified(failed)},
		"compiler dies":  {Execute: unverified(killed)},
		"empty object":   {Execute: unverified(empty)},
	}
	for _, code := range damageCodes {
		m[code.String()] = reapitest.Options{DamagedInputs: code, Execute: writes(1000)}
	}
	return m
}

// damage spoils the stored blob of some data, and returns its digest.
func damage(t *testing.T, s *reapitest.Server, how reapitest.Corruption, data []byte) digest.Digest {
	t.Helper()
	want := digest.SHA256.Of(data)
	if n := len(s.Damage(how, func(d digest.Digest, _ []byte) bool { return d == want })); n != 1 {
		t.Fatalf("%d blobs damaged, want 1", n)
	}
	return want
}

// An input that is damaged in the CAS is uploaded again, although FindMissingBlobs
// says that it is there: once, however many actions need it.
func TestDamagedInput(t *testing.T) {
	t.Parallel()
	for name, o := range workers() {
		for _, how := range []reapitest.Corruption{reapitest.WrongBytes, reapitest.Truncated} {
			t.Run(fmt.Sprint(name, " ", how), func(t *testing.T) {
				t.Parallel()
				s := reapitest.StartT(t, o)
				data := noise("shared", 3000)
				shared := inputFile(t, "b", data)
				execute(t, dial(t, s), newAction(t, "first", shared))
				d := damage(t, s, how, data)
				c := dial(t, s)
				for _, err := range atOnce(20, func(i int) error {
					a := newAction(t, fmt.Sprint("m", i), input("a", fmt.Append(nil, i)), shared)
					r, err := c.Execute(within(t), a)
					if err == nil && (r.ExitCode != 0 || a.Check(r) != nil) {
						err = fmt.Errorf("exit code %d: %v", r.ExitCode, a.Check(r))
					}
					return err
				}) {
					if err != nil {
						t.Error(err)
					}
				}
				if got, _ := s.Blob(d); !bytes.Equal(got, data) {
					t.Error("the blob is still damaged")
				}
				if n := s.Uploads(d); n != 2 || c.Down() != nil {
					t.Errorf("uploaded %d times, want 2; down: %v", n, c.Down())
				}
			})
		}
	}
}

// The messages of an action can be damaged, too.
func TestDamagedMessages(t *testing.T) {
	t.Parallel()
	for name, blob := range map[string]func(a *action.Action) []byte{
		"action":  func(a *action.Action) []byte { return a.Action },
		"command": func(a *action.Action) []byte { return a.Command },
		"directory": func(a *action.Action) []byte {
			for _, data := range a.Directories {
				return data
			}
			return nil
		},
	} {
		for _, looks := range []codes.Code{codes.OK, codes.FailedPrecondition, codes.Internal} {
			t.Run(fmt.Sprint(name, " ", looks), func(t *testing.T) {
				t.Parallel()
				s := reapitest.StartT(t, reapitest.Options{DamagedInputs: looks})
				a := newAction(t, "m", input("m.o", noise("m", 1000)))
				execute(t, dial(t, s, func(o *reapi.Options) { o.AcceptCached = false }), a)
				damage(t, s, reapitest.WrongBytes, blob(a))
				execute(t, dial(t, s, func(o *reapi.Options) { o.AcceptCached = false }), a)
			})
		}
	}
}

// A blob that is too large for batches is uploaded as a stream. Not every service
// lets a stream replace a blob that it has.
func TestDamagedLargeInput(t *testing.T) {
	t.Parallel()
	for _, replaces := range []bool{true, false} {
		t.Run(fmt.Sprint(replaces), func(t *testing.T) {
			t.Parallel()
			s := reapitest.StartT(t, reapitest.Options{DamagedInputs: codes.InvalidArgument, StreamsReplace: replaces})
			data := noise("large", 5<<20)
			large := inputFile(t, "m.o", data)
			execute(t, dial(t, s), newAction(t, "first", large))
			d := damage(t, s, reapitest.WrongBytes, data)
			_, err := dial(t, s).Execute(within(t), newAction(t, "second", large))
			if replaces != (err == nil) {
				t.Fatal(err)
			}
			if !replaces {
				wantHopeless(t, s, d, err)
			}
		})
	}
}

// wantHopeless expects an error that names the blob and the service.
func wantHopeless(t *testing.T, s *reapitest.Server, d digest.Digest, err error) {
	t.Helper()
	if !errors.Is(err, action.ErrDamaged) || !strings.Contains(err.Error(), d.String()) ||
		!strings.Contains(err.Error(), at(s)) {
		t.Errorf("%v, want one that names %v and %s", err, d, at(s))
	}
}

// A service that doesn't replace a damaged blob gets it once. Then no action that
// needs the blob is sent there.
func TestInputStaysDamaged(t *testing.T) {
	t.Parallel()
	for name, o := range workers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.KeepsStoredBlobs = true
			s := reapitest.StartT(t, o)
			data := noise("shared", 3000)
			shared := inputFile(t, "b", data)
			execute(t, dial(t, s), newAction(t, "first", shared))
			d := damage(t, s, reapitest.WrongBytes, data)
			c := dial(t, s)
			_, err := c.Execute(within(t), newAction(t, "second", shared))
			wantHopeless(t, s, d, err)
			calls := s.Calls("Execute")
			_, err = c.Execute(within(t), newAction(t, "third", shared))
			wantHopeless(t, s, d, err)
			if s.Calls("Execute") != calls || s.Uploads(d) != 2 || c.Down() != nil {
				t.Errorf("%d calls more, %d uploads, down: %v", s.Calls("Execute")-calls, s.Uploads(d), c.Down())
			}
			execute(t, c, newAction(t, "without", input("a", []byte("a"))))
		})
	}
}

// If compilers fail although their inputs are sound, the inputs are read back for
// the first few failures only.
func TestCompilerFailsWithSoundInputs(t *testing.T) {
	s := reapitest.StartT(t, reapitest.Options{Execute: func(context.Context, *reapitest.Job) (*reapitest.Result, error) {
		return failed, nil
	}})
	c := dial(t, s)
	data := noise("large", 200<<10)
	for i := range 20 {
		large := input("m.o", append(data, byte(i)))
		if r, err := c.Execute(within(t), newAction(t, fmt.Sprint(i), large)); err != nil || r.ExitCode != 1 {
			t.Fatal(err)
		}
	}
	if n := len(s.Executions()); n != 20 {
		t.Errorf("%d executions of 20 actions", n)
	}
	if _, down := c.Traffic(); down > 4*int64(len(data)) {
		t.Errorf("%d bytes read", down)
	}
}
