package action_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

var one, two = digest.SHA256.Of([]byte("one")), digest.SHA256.Of(nil)

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The messages of an action are those that the protobuf library writes today.
func TestMessages(t *testing.T) {
	long := strings.Repeat("long", 100)
	for name, test := range map[string]struct {
		spec action.Spec
		a    action.Action
		want *repb.Command
		root *repb.Directory
		more []*repb.Directory
	}{
		"nothing": {want: &repb.Command{}, root: &repb.Directory{}},
		"of a compilation": {
			spec: action.Spec{
				Timeout: time.Hour,
				Salt:    long,
				Env:     []action.Variable{{"B", "1"}, {"A", "2"}, {"A", "1"}, {"", ""}},
			},
			a: action.Action{
				Args:    []string{"", long},
				Inputs:  []action.Input{{Name: "b", Digest: two, Executable: true}, {Name: "a", Digest: one}, {Name: "ü"}},
				Outputs: []action.Output{{Name: "z"}, {Name: "o"}},
			},
			want: &repb.Command{
				Arguments: []string{"", long},
				EnvironmentVariables: []*repb.Command_EnvironmentVariable{
					{}, {Name: "A", Value: "1"}, {Name: "A", Value: "2"}, {Name: "B", Value: "1"},
				},
				OutputPaths: []string{"o", "z"},
			},
			root: &repb.Directory{Files: []*repb.FileNode{
				{Name: "a", Digest: pb.Digest(one)},
				{Name: "b", Digest: pb.Digest(two), IsExecutable: true},
				{Name: "ü", Digest: &repb.Digest{}},
			}},
		},
		"of a link": {
			spec: action.Spec{
				Timeout:    1500 * time.Millisecond,
				Program:    []string{"clang"},
				Properties: map[string]string{"pool": "p", "OSFamily": "linux"},
				Runnable:   true,
			},
			a: action.Action{
				Args:    []string{"-c"},
				Inputs:  []action.Input{{Name: "d/e/f", Digest: one}, {Name: "d/" + long, Digest: two}, {Name: "x", Digest: one}},
				Outputs: []action.Output{{Name: "m.o"}},
			},
			want: &repb.Command{
				Arguments:   []string{"clang", "-c"},
				OutputFiles: []string{"m.o"}, //lint:ignore SA1019 some servers ignore OutputPaths
				OutputPaths: []string{"m.o"},
			},
			root: &repb.Directory{
				Files:       []*repb.FileNode{{Name: "x", Digest: pb.Digest(one)}},
				Directories: []*repb.DirectoryNode{{Name: "d"}},
			},
			more: []*repb.Directory{
				{Files: []*repb.FileNode{{Name: "f", Digest: pb.Digest(one)}}},
				{
					Files:       []*repb.FileNode{{Name: long, Digest: pb.Digest(two)}},
					Directories: []*repb.DirectoryNode{{Name: "e"}},
				},
			},
		},
	} {
		a := test.a
		if err := a.Seal(test.spec); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		below := digest.Digest{}
		for _, m := range append(test.more, test.root) { // each is in the one after it
			if len(m.Directories) > 0 {
				m.Directories[0].Digest = pb.Digest(below)
			}
			want := marshal(t, m)
			below = digest.SHA256.Of(want)
			if !bytes.Equal(a.Directories[below], want) {
				t.Errorf("%s: no directory %v", name, m)
			}
		}
		if len(a.Directories) != 1+len(test.more) {
			t.Errorf("%s: %d directories", name, len(a.Directories))
		}
		var platform *repb.Platform
		if len(test.spec.Properties) > 0 {
			platform = &repb.Platform{Properties: []*repb.Platform_Property{
				{Name: "OSFamily", Value: "linux"}, {Name: "pool", Value: "p"},
			}}
			test.want.Platform = platform //lint:ignore SA1019 some servers read only this one
		}
		if want := marshal(t, test.want); !bytes.Equal(a.Command, want) || a.CommandDigest != digest.SHA256.Of(want) {
			t.Errorf("%s: command\n%q, want\n%q", name, a.Command, want)
		}
		want := marshal(t, &repb.Action{
			CommandDigest:   pb.Digest(a.CommandDigest),
			InputRootDigest: pb.Digest(below),
			Timeout:         durationpb.New(test.spec.Timeout),
			Salt:            []byte(test.spec.Salt),
			Platform:        platform,
		})
		if !bytes.Equal(a.Action, want) || a.Digest != digest.SHA256.Of(want) {
			t.Errorf("%s: action\n%q, want\n%q", name, a.Action, want)
		}
	}
}

// Protocol messages hold only UTF-8: a server would refuse the others.
func TestNotUTF8(t *testing.T) {
	const bad = "\xff"
	for name, a := range map[string]action.Action{
		"argument": {Args: []string{bad}},
		"input":    {Inputs: []action.Input{{Name: bad}}},
		"folder":   {Inputs: []action.Input{{Name: bad + "/a"}}},
		"deeper":   {Inputs: []action.Input{{Name: "a/" + bad}}},
		"output":   {Outputs: []action.Output{{Name: bad}}},
	} {
		if err := a.Seal(action.Spec{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var a action.Action
	if err := a.Seal(action.Spec{Env: []action.Variable{{Name: "A", Value: bad}}}); err == nil {
		t.Error("variable: no error")
	}
	if err := a.Seal(action.Spec{Salt: bad}); err != nil {
		t.Errorf("salt, which is bytes: %v", err)
	}
}
