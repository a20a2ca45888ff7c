package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// writeWheel writes a package for pip install, as cmake and ninja are shipped: the
// programs go to the bin folder of the Python or the virtual environment, other files to
// its share. It needs no Python to run. The format is in Python's packaging user guide,
// "Binary distribution format".
func writeWheel(folder string, b built, tree []file) error {
	name := "thinrex-" + b.version.python()
	info := name + ".dist-info"
	var files []file
	for _, f := range tree {
		if program, ok := strings.CutPrefix(f.name, "bin/"); ok {
			f.name = path.Join(name+".data", "scripts", program)
		} else {
			f.name = path.Join(name+".data", "data", f.name)
		}
		files = append(files, f)
	}
	licence, err := os.ReadFile("LICENSE")
	if err != nil {
		return err
	}
	files = append(files,
		file{name: path.Join(info, "licenses", "LICENSE"), data: licence},
		file{name: path.Join(info, "METADATA"), data: []byte(metadata(b.version))},
		file{name: path.Join(info, "WHEEL"), data: []byte("Wheel-Version: 1.0\nGenerator: thinrex-release\n" +
			"Root-Is-Purelib: false\nTag: py3-none-" + b.wheelTag + "\n")})
	record := path.Join(info, "RECORD")
	files = append(files, file{name: record, data: listing(files, record)})
	data, err := zipped(files, b.time)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name+"-py3-none-"+b.wheelTag+".whl"), data, 0o644)
}

// metadata is what pip and an index say of the package.
func metadata(v version) string {
	return "Metadata-Version: 2.4\n" +
		"Name: thinrex\n" +
		"Version: " + v.python() + "\n" +
		"Summary: " + summary + "\n" +
		"License-Expression: Apache-2.0\n" +
		"License-File: LICENSE\n" +
		"Keywords: clang,lld,LTO,cache\n" +
		"Description-Content-Type: text/plain\n" +
		"\n" + description
}

// What packages say of thinrex. packaging/nfpm.yaml has the same for Debian and Fedora.
const (
	summary     = "Makes repeated clang -flto=thin links fast, with a local or shared cache"
	description = `thinrex is a distributor for DTLTO, the distributed ThinLTO of lld. It keeps the
results of a link's backend compilations in a cache, on the disk or on a server of
the Remote Execution API, and can run them on a cluster. "thinrex cc" does the
same for the compilation of sources.

It needs clang and lld of LLVM 22 or newer. "thinrex flags" prints the flags that
turn it on, "thinrex doctor" says whether it works.
`
)

// listing is the file RECORD: the digest and the size of each file but itself.
func listing(files []file, record string) []byte {
	var text bytes.Buffer
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&text, "%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	fmt.Fprintf(&text, "%s,,\n", record)
	return text.Bytes()
}
