//go:build e2e && linux

package e2e

import (
	"maps"
	"path"
	"slices"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/durationpb"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// A job is an action as the tests write it down.
type job struct {
	args    []string
	files   map[string]string // the input root, at most one folder deep; what is in bin/ is executable
	absent  string            // one of the files, which isn't uploaded
	outputs []string
	timeout time.Duration // 0 means one minute
	edit    func(*repb.Command)
}

// shell returns a job that runs a script.
func shell(script string, outputs ...string) job {
	return job{args: []string{"/bin/sh", "-c", script}, outputs: outputs}
}

// putAction uploads a job's blobs and returns the digest of the action.
func (c *client) putAction(j job) *repb.Digest {
	c.t.Helper()
	command := &repb.Command{
		Arguments:            j.args,
		EnvironmentVariables: []*repb.Command_EnvironmentVariable{{Name: "PATH", Value: "/usr/bin:/bin"}},
		OutputPaths:          j.outputs,
	}
	//lint:ignore SA1019 this worker reads nothing else
	command.OutputFiles = j.outputs
	if j.edit != nil {
		j.edit(command)
	}
	if j.timeout == 0 {
		j.timeout = time.Minute
	}
	return c.putMessage(&repb.Action{
		CommandDigest:   c.putMessage(command),
		InputRootDigest: c.putTree(j),
		Timeout:         durationpb.New(j.timeout),
	})
}

func (c *client) putTree(j job) *repb.Digest {
	c.t.Helper()
	root, folders := &repb.Directory{}, map[string]*repb.Directory{}
	for _, name := range slices.Sorted(maps.Keys(j.files)) {
		data := []byte(j.files[name])
		d := pb.Digest(digest.SHA256.Of(data))
		if name != j.absent {
			d = c.put(data)
		}
		parent, folder := root, path.Dir(name)
		if folder != "." {
			if parent = folders[folder]; parent == nil {
				parent = &repb.Directory{}
				folders[folder] = parent
			}
		}
		parent.Files = append(parent.Files, &repb.FileNode{Name: path.Base(name), Digest: d, IsExecutable: folder == "bin"})
	}
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		root.Directories = append(root.Directories, &repb.DirectoryNode{Name: name, Digest: c.putMessage(folders[name])})
	}
	return c.putMessage(root)
}
