package reapitest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// A Job is one execution.
type Job struct {
	Digest  digest.Digest // of the action
	Action  *repb.Action
	Command *repb.Command
	Inputs  []Input // the input root

	function digest.Function
	s        *Server
}

// Blob returns a stored blob. The caller must not change it.
func (j *Job) Blob(d digest.Digest) (data []byte, ok bool) { return j.s.blobs.get(d) }

// Outputs returns the paths that the command declares, relative to its working
// directory. As in the API, output_paths take precedence over the older fields.
func (j *Job) Outputs() []string {
	if paths := j.Command.GetOutputPaths(); len(paths) > 0 {
		return paths
	}
	//lint:ignore SA1019 some clients fill in the older fields
	return slices.Concat(j.Command.GetOutputFiles(), j.Command.GetOutputDirectories())
}

// A Result is the outcome of a Job.
type Result struct {
	ExitCode       int
	Stdout, Stderr []byte
	Outputs        []Output
	Message        string // for people, in the ExecuteResponse
}

// An Output is a file that a command wrote, or a symbolic link.
type Output struct {
	Path       string // relative to the working directory
	Data       []byte
	Executable bool
	Target     string // of a symbolic link
}

// An ExecuteFunc runs a Job. It ends when ctx does, which has the action's timeout. Its
// error becomes the status in the ExecuteResponse, which may have a result, too.
type ExecuteFunc func(ctx context.Context, job *Job) (*Result, error)

// start returns an operation with the action's cached result, or the one that runs the
// action, or begins a new one. It does so under one lock, so that a client that comes
// as an execution ends doesn't start a second one.
func (e *executions) start(f digest.Function, action digest.Digest, req *repb.ExecuteRequest) (*operation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx.Err() != nil {
		return nil, noScheduler
	}
	if cached := e.s.results.get(action); cached != nil && !req.GetSkipCacheLookup() {
		op := e.newOperation(req.GetInstanceName(), action)
		op.advance(repb.ExecutionStage_COMPLETED, &repb.ExecuteResponse{Result: cached, CachedResult: true})
		return op, nil
	}
	if op := e.running[action]; op != nil {
		return op, nil
	}
	if err := e.tooManyExecutions(); err != nil {
		return nil, err
	}
	op := e.newOperation(req.GetInstanceName(), action)
	e.running[action] = op
	op.advance(repb.ExecutionStage_QUEUED, nil)
	e.wg.Go(func() {
		r := e.run(f, op)
		e.mu.Lock()
		delete(e.running, action)
		e.mu.Unlock()
		op.advance(repb.ExecutionStage_COMPLETED, r)
	})
	return op, nil
}

// run executes the action of a queued operation and returns the response.
func (e *executions) run(f digest.Function, op *operation) *repb.ExecuteResponse {
	queued := timestamppb.Now()
	failed := func(err error) *repb.ExecuteResponse {
		return &repb.ExecuteResponse{Status: status.Convert(err).Proto()}
	}
	job, err := e.s.loadJob(f, op.action)
	if err != nil {
		return failed(err)
	}
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-e.s.queueTime():
		return failed(e.s.busy("queued for too long"))
	case <-e.ctx.Done():
		return failed(status.Error(codes.Unavailable, "the server stops"))
	}
	e.s.seen.executed(op.action) // before clients learn of it
	op.advance(repb.ExecutionStage_EXECUTING, nil)

	ctx := e.ctx
	if t := job.Action.GetTimeout(); t != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, t.AsDuration())
		defer cancel()
	}
	started := timestamppb.Now()
	result, err := e.s.opts.Execute(ctx, job)
	if errors.Is(err, context.DeadlineExceeded) {
		err = status.Errorf(codes.DeadlineExceeded,
			"the action took longer than %v", job.Action.GetTimeout().AsDuration())
	}
	response := &repb.ExecuteResponse{}
	if err != nil {
		response = failed(err)
	}
	if result == nil {
		return response
	}
	response.Message = result.Message
	response.Result = e.s.store(job, result)
	response.Result.ExecutionMetadata = &repb.ExecutedActionMetadata{
		Worker:                      "reapitest",
		QueuedTimestamp:             queued,
		WorkerStartTimestamp:        started,
		WorkerCompletedTimestamp:    timestamppb.Now(),
		ExecutionStartTimestamp:     started,
		ExecutionCompletedTimestamp: timestamppb.Now(),
	}
	if err == nil && result.ExitCode == 0 && !job.Action.GetDoNotCache() {
		e.s.results.put(op.action, response.Result)
	}
	return response
}

// store stores what a job wrote, and returns an ActionResult that refers to it.
func (s *Server) store(job *Job, result *Result) *repb.ActionResult {
	keep := func(data []byte) *repb.Digest {
		d := job.function.Of(data)
		if there := s.blobs.has(d); !there || !s.opts.WorkersSkipStored && !s.opts.KeepsStoredBlobs {
			s.blobs.put(d, data)
		}
		return pb.Digest(d)
	}
	r := &repb.ActionResult{ExitCode: int32(result.ExitCode)}
	for _, out := range result.Outputs {
		if out.Target != "" {
			r.OutputSymlinks = append(r.OutputSymlinks, &repb.OutputSymlink{Path: out.Path, Target: out.Target})
			continue
		}
		r.OutputFiles = append(r.OutputFiles, &repb.OutputFile{
			Path:         out.Path,
			Digest:       keep(out.Data),
			IsExecutable: out.Executable,
		})
	}
	if len(result.Stdout) > 0 {
		r.StdoutDigest = keep(result.Stdout)
	}
	if len(result.Stderr) > 0 {
		r.StderrDigest = keep(result.Stderr)
	}
	return r
}

// missing is the error for blobs that an execution needs and that aren't stored.
func (s *Server) missing(ds []digest.Digest, f digest.Function) error {
	if s.opts.MissingInputs != codes.OK {
		return status.Errorf(s.opts.MissingInputs, "missing inputs: %v", ds)
	}
	prefix := "blobs/"
	if f == digest.BLAKE3 {
		prefix += "blake3/"
	}
	details := &errdetails.PreconditionFailure{}
	for _, d := range ds {
		details.Violations = append(details.Violations, &errdetails.PreconditionFailure_Violation{
			Type:    "MISSING",
			Subject: prefix + d.String(),
		})
	}
	st, err := status.New(codes.FailedPrecondition, fmt.Sprintf("%d missing inputs", len(ds))).WithDetails(details)
	if err != nil {
		return err
	}
	return st.Err()
}
