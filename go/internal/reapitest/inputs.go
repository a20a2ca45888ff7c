package reapitest

import (
	"path"
	"slices"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
)

// An Input is a file of an input root; a symbolic link if Target isn't empty;
// a directory if Dir is set.
type Input struct {
	Path       string // slash-separated, relative to the root
	Digest     digest.Digest
	Executable bool
	Target     string
	Dir        bool
}

// loadJob reads an action and all that it refers to. Its error names all missing blobs
// at once.
func (s *Server) loadJob(f digest.Function, action digest.Digest) (*Job, error) {
	job, err := s.loadAction(f, action)
	if err != nil {
		return nil, err
	}
	root, err := parseDigest(job.Action.GetInputRootDigest())
	if err != nil {
		return nil, err
	}
	w := walk{s: s, function: f}
	if err := w.directory("", root, 0); err != nil {
		return nil, err
	}
	if len(w.missing) > 0 {
		return nil, s.missing(w.missing, f)
	}
	job.Inputs = w.inputs
	return job, nil
}

// loadAction reads an action and its command.
func (s *Server) loadAction(f digest.Function, d digest.Digest) (*Job, error) {
	job := &Job{Digest: d, Action: &repb.Action{}, Command: &repb.Command{}, function: f, s: s}
	if err := s.load(f, d, job.Action); err != nil {
		return nil, err
	}
	command, err := parseDigest(job.Action.GetCommandDigest())
	if err != nil {
		return nil, err
	}
	if err := s.load(f, command, job.Command); err != nil {
		return nil, err
	}
	return job, checkCommand(job.Command)
}

// load reads a blob as a message.
func (s *Server) load(f digest.Function, d digest.Digest, m proto.Message) error {
	data, ok := s.blobs.get(d)
	if !ok {
		return s.missing([]digest.Digest{d}, f)
	}
	if s.refuses(f, d, data) {
		return s.damaged(d, f)
	}
	if err := proto.Unmarshal(data, m); err != nil {
		return status.Errorf(codes.InvalidArgument, "blob %v isn't a %s", d, m.ProtoReflect().Descriptor().Name())
	}
	return nil
}

// refuses reports whether workers verify their inputs, and a blob is damaged.
func (s *Server) refuses(f digest.Function, d digest.Digest, data []byte) bool {
	return s.opts.DamagedInputs != codes.OK && f.Of(data) != d
}

// damaged is the error for an input that is damaged.
func (s *Server) damaged(d digest.Digest, f digest.Function) error {
	if s.opts.DamagedInputs == codes.FailedPrecondition {
		return s.missing([]digest.Digest{d}, f)
	}
	return status.Errorf(s.opts.DamagedInputs, "digest mismatch: %v has other bytes", d)
}

// checkCommand refuses commands that the API doesn't allow.
func checkCommand(c *repb.Command) error {
	names := make([]string, 0, len(c.GetEnvironmentVariables()))
	for _, v := range c.GetEnvironmentVariables() {
		names = append(names, v.GetName())
	}
	//lint:ignore SA1019 some clients fill in the older fields
	outputs := [][]string{c.GetOutputPaths(), c.GetOutputFiles(), c.GetOutputDirectories()}
	for _, list := range outputs {
		if !sortedOnce(list) {
			return status.Errorf(codes.InvalidArgument, "command's outputs aren't sorted and unique: %q", list)
		}
		for _, p := range list {
			if path.IsAbs(p) || p != path.Clean(p) || p == ".." || strings.HasPrefix(p, "../") {
				return status.Errorf(codes.InvalidArgument, "command's output %q", p)
			}
		}
	}
	switch {
	case len(c.GetArguments()) == 0:
		return status.Error(codes.InvalidArgument, "command without arguments")
	case !sortedOnce(names):
		return status.Errorf(codes.InvalidArgument, "command's environment isn't sorted and unique: %q", names)
	case path.IsAbs(c.GetWorkingDirectory()):
		return status.Errorf(codes.InvalidArgument, "command's working directory %q is absolute", c.GetWorkingDirectory())
	}
	return nil
}

// sortedOnce reports whether a list is sorted and has no element twice.
func sortedOnce(list []string) bool {
	return slices.IsSorted(list) && len(slices.Compact(slices.Clone(list))) == len(list)
}

// maxDepth ends the walk of a tree that contains itself, which needs a forged blob.
const maxDepth = 100

// A walk reads the directories of an input root.
type walk struct {
	s        *Server
	function digest.Function
	inputs   []Input
	missing  []digest.Digest
}

// directory reads a directory and all below it. prefix is its path with a slash, or "".
func (w *walk) directory(prefix string, d digest.Digest, depth int) error {
	data, ok := w.s.blobs.get(d)
	if !ok {
		w.missing = append(w.missing, d)
		return nil
	}
	if w.s.refuses(w.function, d, data) {
		return w.s.damaged(d, w.function)
	}
	dir := &repb.Directory{}
	if err := proto.Unmarshal(data, dir); err != nil || depth > maxDepth {
		return status.Errorf(codes.InvalidArgument, "blob %v isn't a Directory", d)
	}
	var names []string
	for _, n := range dir.GetFiles() {
		fd, err := parseDigest(n.GetDigest())
		if err != nil {
			return err
		}
		if data, ok := w.s.blobs.get(fd); !ok {
			w.missing = append(w.missing, fd)
		} else if w.s.refuses(w.function, fd, data) {
			return w.s.damaged(fd, w.function)
		}
		names = append(names, n.GetName())
		w.inputs = append(w.inputs, Input{Path: prefix + n.GetName(), Digest: fd, Executable: n.GetIsExecutable()})
	}
	files := len(names)
	for _, n := range dir.GetSymlinks() {
		names = append(names, n.GetName())
		w.inputs = append(w.inputs, Input{Path: prefix + n.GetName(), Target: n.GetTarget()})
	}
	links := len(names)
	for _, n := range dir.GetDirectories() {
		names = append(names, n.GetName())
		sub, err := parseDigest(n.GetDigest())
		if err != nil {
			return err
		}
		w.inputs = append(w.inputs, Input{Path: prefix + n.GetName(), Dir: true})
		if err := w.directory(prefix+n.GetName()+"/", sub, depth+1); err != nil {
			return err
		}
	}
	return checkNames(d, names[:files], names[files:links], names[links:])
}

// checkNames refuses the names of a directory that aren't sorted and unique, or that
// lead out of the input root.
func checkNames(d digest.Digest, kinds ...[]string) error {
	all := map[string]bool{}
	for _, names := range kinds {
		if !slices.IsSorted(names) {
			return status.Errorf(codes.InvalidArgument, "directory %v isn't sorted", d)
		}
		for _, n := range names {
			if n == "" || n == "." || n == ".." || strings.ContainsAny(n, "/\x00") || all[n] {
				return status.Errorf(codes.InvalidArgument, "directory %v: name %q", d, n)
			}
			all[n] = true
		}
	}
	return nil
}
