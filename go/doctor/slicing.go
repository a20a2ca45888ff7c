package doctor

import (
	"context"
	"errors"
	"os"

	"thinrex/go/link"
	"thinrex/go/link/slice"
)

// checkSlicing starts thinrex-slicer with the library that links would use.
func (d *examination) checkSlicing(ctx context.Context) {
	const check = "slicing"
	if d.Slicing == link.SlicingOff {
		d.ok(check, "off, by %s: jobs read the modules that they import whole", d.From("slicing"))
		return
	}
	if d.backend == nil {
		return
	}
	const whole = "; links work, but compile more after an edit"
	program, err := slice.FindProgram()
	if err != nil {
		d.warn(check, "copy thinrex-slicer, which make build also makes, into the folder of thinrex", "%v%s", err, whole)
		return
	}
	library, version := d.Library, d.version
	if library == "" {
		version = ""
		if library, err = d.backend.LLVMLibrary(d.resolution()); err != nil {
			d.warn(check, "", "%v%s", err, whole)
			return
		}
	}
	if library == "" {
		d.warn(check, "give --slicing_library=FILE, a libLLVM of version "+d.version,
			"LLVM is linked into %s, and no library of it is known%s", d.backend.Path, whole)
		return
	}
	pool := slice.NewPool(slice.Options{Program: program, Library: library, Version: version, Processes: 1})
	defer pool.Close()
	_, err = pool.Slice(ctx, slice.Request{Path: os.DevNull}) // is refused, by a program that works
	if errors.Is(err, slice.ErrUnavailable) {
		d.warn(check, "give --slicing_library=FILE, a libLLVM of version "+d.version, "%s: %v%s", program, err, whole)
		return
	}
	d.slices = true
	d.ok(check, "%s cuts modules with %s", program, library)
}
