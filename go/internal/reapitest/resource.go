package reapitest

import (
	"slices"
	"strconv"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"thinrex/go/digest"
)

// A resource is a parsed resource name of a ByteStream.
type resource struct {
	function   digest.Function
	digest     digest.Digest
	compressed bool
}

// parseResource reads [INSTANCE/][uploads/UUID/]blobs/[FUNCTION/]HASH/SIZE, or the same
// with compressed-blobs/zstd. The name of an upload may continue after that.
func (s *Server) parseResource(name string, upload bool) (resource, error) {
	r, err := s.resource(strings.Split(name, "/"), upload)
	if err != nil {
		return r, status.Errorf(codes.InvalidArgument, "resource name %q: %v", name, status.Convert(err).Message())
	}
	return r, nil
}

// resource reads the parts of a resource name.
func (s *Server) resource(parts []string, upload bool) (r resource, err error) {
	start := slices.IndexFunc(parts, func(p string) bool {
		return p == "uploads" || p == "blobs" || p == "compressed-blobs"
	})
	if start < 0 {
		return r, status.Error(codes.InvalidArgument, "names no blob")
	}
	if err := s.checkInstance(strings.Join(parts[:start], "/")); err != nil {
		return r, err
	}
	rest := parts[start:]
	if (rest[0] == "uploads") != upload {
		return r, status.Error(codes.InvalidArgument, "is for the other direction")
	}
	if upload {
		if len(rest) < 2 || !isUUID(rest[1]) {
			return r, status.Error(codes.InvalidArgument, "has no UUID")
		}
		rest = rest[2:]
	}
	if len(rest) > 1 && rest[0] == "compressed-blobs" {
		if rest[1] != "zstd" || !s.streamsZstd() {
			return r, status.Errorf(codes.InvalidArgument, "compressor %q isn't offered", rest[1])
		}
		r.compressed, rest = true, rest[1:]
	}
	rest = rest[1:]
	if len(rest) > 0 && rest[0] == "blake3" {
		r.function, rest = digest.BLAKE3, rest[1:]
	}
	if len(rest) < 2 || !upload && len(rest) > 2 {
		return r, status.Error(codes.InvalidArgument, "isn't HASH/SIZE")
	}
	size, err := strconv.ParseInt(rest[1], 10, 64)
	if err != nil {
		return r, status.Error(codes.InvalidArgument, "has no size")
	}
	if r.digest, err = parseDigest(&repb.Digest{Hash: rest[0], SizeBytes: size}); err != nil {
		return r, err
	}
	return r, s.checkFunction(r.function)
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}
