package reapitest

import (
	"slices"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
	"thinrex/go/reapi/pb"
)

// A request has the fields that most requests of the API have.
type request interface {
	GetInstanceName() string
	GetDigestFunction() repb.DigestFunction_Value
}

// admit checks a request's instance and returns its digest function.
func (s *Server) admit(r request) (digest.Function, error) {
	if err := s.checkInstance(r.GetInstanceName()); err != nil {
		return 0, err
	}
	f := digest.SHA256 // the default, which a client may leave out
	if r.GetDigestFunction() == repb.DigestFunction_BLAKE3 {
		f = digest.BLAKE3
	}
	if v := r.GetDigestFunction(); v != repb.DigestFunction_UNKNOWN && v != pb.Function(f) {
		return 0, status.Errorf(codes.InvalidArgument, "digest function %v isn't offered", v)
	}
	return f, s.checkFunction(f)
}

func (s *Server) checkFunction(f digest.Function) error {
	if !slices.Contains(s.opts.DigestFunctions, f) {
		return status.Errorf(codes.InvalidArgument, "digest function %v isn't offered", f)
	}
	return nil
}

func (s *Server) checkInstance(name string) error {
	if s.opts.Instance != "" && name != s.opts.Instance {
		return status.Errorf(codes.InvalidArgument, "there is no instance %q", name)
	}
	return nil
}

// parseDigest refuses malformed digests.
func parseDigest(p *repb.Digest) (digest.Digest, error) {
	d, err := pb.ParseDigest(p)
	if err != nil {
		return d, status.Error(codes.InvalidArgument, err.Error())
	}
	return d, nil
}
