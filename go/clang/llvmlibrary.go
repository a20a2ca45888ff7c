package clang

import "strings"

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
