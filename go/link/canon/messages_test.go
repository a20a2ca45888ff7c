package canon

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// messagesOf returns all messages by digest.
func messagesOf(a *action.Action) map[digest.Digest][]byte {
	blobs := maps.Clone(a.Directories)
	blobs[a.Digest], blobs[a.CommandDigest] = a.Action, a.Command
	return blobs
}

// The messages are a complete, sorted tree that leads to the action's digest.
func TestMessages(t *testing.T) {
	f := newFixture(t)
	a := f.build()
	blobs := messagesOf(a)
	for d, data := range blobs {
		if digest.SHA256.Of(data) != d {
			t.Errorf("%v isn't the digest of %q", d, data)
		}
	}
	var message repb.Action
	var command repb.Command
	var root repb.Directory
	unmarshal := func(p *repb.Digest, into proto.Message) {
		t.Helper()
		d, err := pb.ParseDigest(p)
		if err != nil {
			t.Fatal(err)
		}
		data, ok := blobs[d]
		if !ok {
			t.Fatalf("%T isn't there", into)
		}
		if err := proto.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	unmarshal(pb.Digest(a.Digest), &message)
	unmarshal(message.CommandDigest, &command)
	unmarshal(message.InputRootDigest, &root)
	if !slices.IsSortedFunc(root.Files, func(x, y *repb.FileNode) int { return strings.Compare(x.Name, y.Name) }) ||
		len(root.Files) != 4 {
		t.Errorf("root = %v", root.Files)
	}
	if message.Timeout.AsDuration() != 10*time.Minute || !strings.Contains(string(message.Salt), f.opts.Identity) ||
		message.DoNotCache {
		t.Errorf("action = %v", &message)
	}
	//lint:ignore SA1019 both are set, because some servers ignore one
	older := command.OutputFiles
	if want := []string{"m.native.o"}; !cmp.Equal(command.OutputPaths, want) || !cmp.Equal(older, want) {
		t.Errorf("command = %v", &command)
	}
}

// The tree holds the compiler's own files, if they are uploaded, beside the folders of
// other inputs.
func TestTools(t *testing.T) {
	f := newFixture(t)
	f.write("profile", "p")
	f.arg("-fprofile-use=profile")
	f.opts.Launch = []string{"toolchain/lib/ld.so", "toolchain/bin/clang"}
	f.opts.Properties = map[string]string{"b": "2", "a": "1"}
	f.opts.Tools = []action.Input{
		{Name: "toolchain/bin/clang", Digest: digest.SHA256.Of([]byte("clang")), Executable: true},
		{Name: "toolchain/lib/ld.so", Digest: digest.SHA256.Of([]byte("ld")), Executable: true},
	}
	a := f.build()
	blobs := messagesOf(a)
	// Action, Command, and the folders: root, c, toolchain, bin, lib.
	if len(blobs) != 7 || len(a.Tools) != 2 {
		t.Errorf("%d blobs, %d tools", len(blobs), len(a.Tools))
	}
	tree := map[string]*repb.FileNode{}
	var walk func(p *repb.Digest, name string)
	walk = func(p *repb.Digest, name string) {
		var dir repb.Directory
		d, _ := pb.ParseDigest(p)
		if err := proto.Unmarshal(blobs[d], &dir); err != nil || blobs[d] == nil {
			t.Fatalf("folder %s: %v", name, err)
		}
		for _, file := range dir.Files {
			tree[name+file.Name] = file
		}
		for _, below := range dir.Directories {
			walk(below.Digest, name+below.Name+"/")
		}
	}
	var message repb.Action
	if err := proto.Unmarshal(a.Action, &message); err != nil {
		t.Fatal(err)
	}
	walk(message.InputRootDigest, "")
	if len(tree) != 7 || tree["c/00000"] == nil || !tree["toolchain/bin/clang"].GetIsExecutable() ||
		tree["m.o"].GetIsExecutable() {
		t.Errorf("tree = %v", tree)
	}
	if p := message.Platform.GetProperties(); len(p) != 2 || p[0].Name != "a" || p[1].Value != "2" {
		t.Errorf("platform = %v", message.Platform)
	}
}
