package clang

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// LLVMLibrary returns the shared library with LLVM's own code that the compiler loads; ""
// if that code is linked into the compiler. Package link cuts modules with it, as it
// reads and writes bitcode exactly as the compiler does.
func (c *Compiler) LLVMLibrary(o ResolveOptions) (path string, err error) {
	if c.frontend == "" {
		return "", nil
	}
	libs, _, err := libraries(c.frontend, loaderEnv(o.Env, o.RunsIn), newNameStates())
	if err != nil {
		return "", err
	}
	for _, lib := range libs {
		if strings.HasPrefix(lib.name, "libLLVM") && lib.path != "" {
			return lib.path, nil
		}
	}
	return "", nil
}

// LLVMVersion returns the version of LLVM in the compiler, such as 22.1.8.
func (c *Compiler) LLVMVersion(ctx context.Context, o ResolveOptions) (string, error) {
	out, err := outputOf(ctx, c.Path, o.Dir, o.Env, "--version")
	if err != nil {
		return "", err
	}
	version := regexp.MustCompile(`clang version (\d+\.\d+\.\d+)`).FindSubmatch(out)
	if version == nil {
		return "", fmt.Errorf("%s --version prints no version of clang", c.Path)
	}
	return string(version[1]), nil
}
