// Command bazeldocs writes docs/bazel-api.md: what the public Starlark files
// offer, from their doc strings.
//
//	go run ./go/internal/bazeldocs [ROOT]
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// output is the page, from the root.
const output = "docs/bazel-api.md"

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	page, err := render(root)
	if err == nil {
		err = os.WriteFile(filepath.Join(root, filepath.FromSlash(output)), page, 0o644)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bazeldocs: %v\n", err)
		os.Exit(1)
	}
}
