package link

import (
	"context"

	"thinrex/go/clang"
	"thinrex/go/link/slice"
)

// OpenSlicer returns what lists the values in slices that links by a compiler have cut:
// thinrex explain compares slices by it. Its caller closes it.
func OpenSlicer(ctx context.Context, compiler string, o Options) (*slice.Pool, error) {
	resolution := resolutionOf(nil, o)
	found, err := clang.Resolve(ctx, compiler, resolution)
	if err != nil {
		return nil, err
	}
	s, err := newSlicer(o, &jobCompiler{
		path:    found.Path,
		library: func() (string, error) { return found.LLVMLibrary(resolution) },
		version: func() (string, error) { return found.LLVMVersion(ctx, resolution) },
	})
	if err != nil {
		return nil, err
	}
	return s.pool, nil
}
