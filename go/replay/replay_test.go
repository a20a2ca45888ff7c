package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/host"
	"thinrex/go/reapi/pb"
)

// blobs are a source in memory.
type blobs map[digest.Digest][]byte

func (b blobs) Blob(_ context.Context, d digest.Digest) ([]byte, error) {
	data, ok := b[d]
	if !ok {
		return nil, fmt.Errorf("%v: %w", d, fs.ErrNotExist)
	}
	return data, nil
}

func (b blobs) add(data []byte) *repb.Digest {
	d := digest.SHA256.Of(data)
	b[d] = data
	return pb.Digest(d)
}

func (b blobs) message(t *testing.T, m proto.Message) *repb.Digest {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b.add(data)
}

// action adds an action and returns its key.
func (b blobs) action(t *testing.T, c *repb.Command, root *repb.Directory) digest.Digest {
	t.Helper()
	key, err := pb.ParseDigest(b.message(t, &repb.Action{
		CommandDigest:   b.message(t, c),
		InputRootDigest: b.message(t, root),
		Salt:            []byte("thinrex 2 some\ncompiler"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// copier returns an action that copies its module to the object by a shell.
func copier(t *testing.T, b blobs) digest.Digest {
	t.Helper()
	return b.action(t, &repb.Command{
		Arguments:            []string{"/bin/sh", "-c", "cat 'm.o' \"$0\" >m.native.o; echo $WORD >>m.native.o", "c/it's"},
		EnvironmentVariables: []*repb.Command_EnvironmentVariable{{Name: "WORD", Value: "a 'b' $c"}},
		OutputPaths:          []string{"m.native.dwo", objectName},
	}, &repb.Directory{
		Files: []*repb.FileNode{{Name: "m.o", Digest: b.add([]byte("module\n"))}},
		Directories: []*repb.DirectoryNode{{Name: "c", Digest: b.message(t, &repb.Directory{
			Files: []*repb.FileNode{{Name: "it's", Digest: b.add([]byte("import\n")), IsExecutable: true}},
		})}},
	})
}

const copied = "module\nimport\na 'b' $c\n"

func mustLoad(t *testing.T, b blobs, key digest.Digest) *Recipe {
	t.Helper()
	r, err := Load(t.Context(), b, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func resultOf(object string) *action.Result {
	return &action.Result{Outputs: []action.OutputFile{{Name: objectName, Data: []byte(object)}}}
}

// The script runs the action on its inputs, as often as somebody likes, and its exit code
// tells whether the cached result is equal.
func TestLayOut(t *testing.T) {
	b := blobs{}
	r := mustLoad(t, b, copier(t, b))
	for cached, want := range map[string]int{copied: 0, copied + "?": 1, "": 0} {
		dir := filepath.Join(t.TempDir(), "it's here")
		var result *action.Result
		if cached != "" {
			result = resultOf(cached)
		}
		if err := r.LayOut(t.Context(), b, dir, result); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			cmd := exec.Command("sh", filepath.Join(dir, scriptName))
			cmd.Dir = t.TempDir()
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != want {
				t.Errorf("cached %q: %v: %s", cached, err, out)
			}
		}
		if got, err := os.ReadFile(filepath.Join(dir, workFolder, objectName)); string(got) != copied {
			t.Errorf("the script made %q, %v", got, err)
		}
		if fi, err := os.Stat(filepath.Join(dir, inputsFolder, "c", "it's")); err != nil || fi.Mode()&0o100 == 0 {
			t.Errorf("%v, %v", fi, err)
		}
	}
}

// A folder that holds something stays as it is; an empty one is used.
func TestLayOutWhere(t *testing.T) {
	b := blobs{}
	r := mustLoad(t, b, copier(t, b))
	dir := t.TempDir()
	if err := r.LayOut(t.Context(), b, dir, nil); err != nil {
		t.Error(err)
	}
	before := listing(t, dir)
	if err := r.LayOut(t.Context(), b, dir, nil); !errors.Is(err, ErrNotEmpty) {
		t.Error(err)
	}
	if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
		t.Error(diff)
	}
	if err := r.LayOut(t.Context(), b, filepath.Join(dir, "no", "such"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// What fails, or is stopped, leaves nothing, neither in a new folder nor in an empty one.
func TestLayOutFails(t *testing.T) {
	whole := blobs{}
	r := mustLoad(t, whole, copier(t, whole))
	lacking := maps.Clone(whole)
	delete(lacking, digest.SHA256.Of([]byte("import\n")))
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, test := range map[string]struct {
		ctx  context.Context
		from blobs
		want error
	}{
		"gone":    {t.Context(), lacking, fs.ErrNotExist},
		"stopped": {stopped, whole, context.Canceled},
	} {
		empty := t.TempDir()
		for _, dir := range []string{empty, filepath.Join(empty, "new")} {
			if err := r.LayOut(test.ctx, test.from, dir, nil); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", name, err)
			}
			if left := listing(t, empty); len(left) != 1 {
				t.Errorf("%s: left: %q", name, left)
			}
		}
	}
}

// Run does the same in a private folder.
func TestRun(t *testing.T) {
	b := blobs{}
	r := mustLoad(t, b, copier(t, b))
	base := t.TempDir()
	w, err := host.NewWorkspace(base)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Run(t.Context(), b, w, "/bin/sh")
	if err != nil || got.ExitCode != 0 || !bytes.Equal(got.Outputs[0].Data, []byte(copied)) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if left := listing(t, base); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
}

// Messages that no thinrex has made are refused before a file is written.
func TestHostile(t *testing.T) {
	command := func() *repb.Command {
		return &repb.Command{Arguments: []string{"/bin/true"}, OutputPaths: []string{objectName}}
	}
	file := func(name string) *repb.Directory {
		return &repb.Directory{Files: []*repb.FileNode{{Name: name, Digest: pb.Digest(digest.SHA256.Of(nil))}}}
	}
	type hostile struct {
		command *repb.Command
		root    *repb.Directory
	}
	b := blobs{}
	for name, h := range map[string]hostile{
		"a path":          {command(), file("a/b")},
		"above":           {command(), file("..")},
		"absolute":        {command(), file("/etc/passwd")},
		"backslashes":     {command(), file(`..\..\x`)},
		"a drive":         {command(), file("c:x")},
		"no name":         {command(), file("")},
		"the folder":      {command(), file(".")},
		"a zero byte":     {command(), file("a\x00b")},
		"a symbolic link": {command(), &repb.Directory{Symlinks: []*repb.SymlinkNode{{Name: "a", Target: "/etc"}}}},
		"a name twice": {command(), &repb.Directory{
			Files:       file("a").Files,
			Directories: []*repb.DirectoryNode{{Name: "a", Digest: b.message(t, file("b"))}},
		}},
		"a folder above": {command(), &repb.Directory{
			Directories: []*repb.DirectoryNode{{Name: "..", Digest: b.message(t, file("b"))}},
		}},
		"a huge file": {command(), &repb.Directory{Files: []*repb.FileNode{
			{Name: "a", Digest: &repb.Digest{Hash: strings.Repeat("a", 64), SizeBytes: maxFile + 1}},
		}}},
		"a bad digest": {command(), &repb.Directory{Files: []*repb.FileNode{
			{Name: "a", Digest: &repb.Digest{Hash: "../../../etc", SizeBytes: 1}},
		}}},
		"huge in sum": {command(), manyLarge()},
		"many in few": {command(), b.nested(t, 5)},
		"deep":        {command(), b.deep(t, maxDepth+1)},
		"an output outside": {
			&repb.Command{Arguments: []string{"/bin/true"}, OutputPaths: []string{"../x", objectName}}, file("a"),
		},
		"no object":    {&repb.Command{Arguments: []string{"/bin/true"}, OutputPaths: []string{"x"}}, file("a")},
		"no arguments": {&repb.Command{OutputPaths: []string{objectName}}, file("a")},
		"an option of env": {&repb.Command{
			Arguments:            []string{"/bin/true"},
			OutputPaths:          []string{objectName},
			EnvironmentVariables: []*repb.Command_EnvironmentVariable{{Name: "-Ssh", Value: "x"}},
		}, file("a")},
		"a working directory": {&repb.Command{
			Arguments: []string{"/bin/true"}, OutputPaths: []string{objectName}, WorkingDirectory: "..",
		}, file("a")},
	} {
		if _, err := Load(t.Context(), b, b.action(t, h.command, h.root)); !errors.Is(err, ErrHostile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	garbage, err := pb.ParseDigest(b.add([]byte("garbage")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), b, garbage); !errors.Is(err, ErrHostile) {
		t.Error(err)
	}
	mustLoad(t, b, b.action(t, command(), file("a")))
}

// manyLarge is a folder with more bytes than an action may have.
func manyLarge() *repb.Directory {
	dir := new(repb.Directory)
	for i := range maxInputs/maxFile + 1 {
		d := &repb.Digest{Hash: strings.Repeat("a", 64), SizeBytes: maxFile}
		dir.Files = append(dir.Files, &repb.FileNode{Name: fmt.Sprint(i), Digest: d})
	}
	return dir
}

// nested returns a folder that holds the same one ten times, and so on.
func (b blobs) nested(t *testing.T, levels int) *repb.Directory {
	dir := &repb.Directory{Files: []*repb.FileNode{{Name: "f", Digest: b.add(nil)}}}
	for range levels {
		below := b.message(t, dir)
		dir = new(repb.Directory)
		for i := range 10 {
			dir.Directories = append(dir.Directories, &repb.DirectoryNode{Name: fmt.Sprint(i), Digest: below})
		}
	}
	return dir
}

func (b blobs) deep(t *testing.T, levels int) *repb.Directory {
	dir := new(repb.Directory)
	for range levels {
		dir = &repb.Directory{Directories: []*repb.DirectoryNode{{Name: "d", Digest: b.message(t, dir)}}}
	}
	return dir
}

// A key of thinrex cc is told from those of links.
func TestCompilation(t *testing.T) {
	b := blobs{}
	key, err := pb.ParseDigest(b.message(t, &repb.Action{Salt: []byte("thinrex cc 2 direct abc")}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), b, key); !errors.Is(err, ErrCompilation) {
		t.Error(err)
	}
}

// The script's comments hold no line of what a service sends.
func TestSaltIsNoCommand(t *testing.T) {
	b := blobs{}
	r := mustLoad(t, b, copier(t, b))
	r.Salt = "x\ntouch pwned\r\n\u2028touch pwned"
	for line := range strings.Lines(r.script(nil)) {
		if strings.Contains(line, "pwned") && !strings.HasPrefix(line, "# ") {
			t.Errorf("%q", line)
		}
	}
}
