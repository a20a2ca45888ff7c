#!/usr/bin/env bash
# remote-apis-sdks builds an action's input tree without a declared input that it can't read, and reports no error.
#
# Seen with github.com/bazelbuild/remote-apis-sdks v0.0.0-20240806195620-e9017eaf5982. Client.ComputeMerkleTree gets a
# list of input files and returns the digest of the input root. For a declared input that may not be read one would
# expect an error, as there is for one that doesn't exist. It leaves the file out, returns nil for the error, and the
# root's digest is that of the shorter list: the action runs without its input, and is cached under the key of an
# action that never had it. A symbolic link whose target is gone is left out likewise.
#
# Output seen: "missing file: an error", "no permission: no error, same root as without it", "dangling link: no error,
# same root as without it".
# Exits 0 while it is so, 1 when the SDK behaves otherwise, 2 when it can't be tried.
set -u
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
cat >go.mod <<'M'
module finding

go 1.26
M
cat >main.go <<'G'
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bazelbuild/remote-apis-sdks/go/pkg/client"
	"github.com/bazelbuild/remote-apis-sdks/go/pkg/command"
	"github.com/bazelbuild/remote-apis-sdks/go/pkg/filemetadata"
)

func root(dir string, inputs ...string) (string, error) {
	c := &client.Client{}
	spec := &command.InputSpec{Inputs: inputs}
	d, _, _, err := c.ComputeMerkleTree(context.Background(), dir, "", "", spec, filemetadata.NewNoopCache())
	return d.String(), err
}

func main() {
	dir := os.Args[1]
	alone, err := root(dir, "there.o")
	if err != nil {
		panic(err)
	}
	for _, input := range [][2]string{
		{"missing file", "gone.o"}, {"no permission", "locked.o"}, {"dangling link", "link.o"},
	} {
		with, err := root(dir, "there.o", input[1])
		switch {
		case err != nil:
			fmt.Printf("%s: an error\n", input[0])
		case with == alone:
			fmt.Printf("%s: no error, same root as without it\n", input[0])
		default:
			fmt.Printf("%s: no error, another root\n", input[0])
		}
	}
}
G
go get github.com/bazelbuild/remote-apis-sdks@v0.0.0-20240806195620-e9017eaf5982 >log 2>&1 && go mod tidy >>log 2>&1 &&
  go build -o finding . >>log 2>&1 || { tail -3 log >&2; exit 2; }
mkdir inputs
echo "a module" >inputs/there.o
echo "a module" >inputs/locked.o
ln -s nowhere.o inputs/link.o
chmod 000 inputs/locked.o
chmod 755 . inputs
as=()
[ $EUID -ne 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups) # root may read anything
"${as[@]}" ./finding "$w/inputs" | tee seen
diff - seen <<'S'
missing file: an error
no permission: no error, same root as without it
dangling link: no error, same root as without it
S
