package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"thinrex/go/digest"
)

// A memo is what an earlier process has resolved. With it, the compiler and
// its libraries are only looked at from outside, which for clang is some 15
// calls of stat.
const memoHeader = "thinrex toolchain memo 1"

func memoPath(path, real string, o Options) string {
	if o.StateDir == "" {
		return ""
	}
	key := append([]string{path, real, o.Files.Function().String()}, libraryPath(o.Env)...)
	sum := sha256.Sum256([]byte(strings.Join(key, "\x00")))
	return filepath.Join(o.StateDir, "resolved-"+hex.EncodeToString(sum[:16]))
}

// remembered returns nil when there is no memo, or when it no longer holds.
func remembered(memo, path, real string) *Toolchain {
	if memo == "" {
		return nil
	}
	data, err := os.ReadFile(memo)
	if err != nil {
		return nil
	}
	lines := strings.Split(string(data), "\n")
	last := len(lines) - 1
	if last < 4 || lines[0] != memoHeader || lines[last] != memoHeader || len(lines[1]) != 2*digest.Size {
		return nil
	}
	for _, line := range lines[3:last] {
		state, name, ok := strings.Cut(line, " ")
		if !ok || name == "" || !stands(name, state) {
			return nil
		}
	}
	return &Toolchain{Path: path, Identity: lines[1], Name: lines[2], frontend: real}
}

// remember is best effort: without a memo the next process resolves anew.
func (t *Toolchain) remember(memo string, w *witness) {
	if memo == "" || w.unsure {
		return
	}
	lines := []string{memoHeader, t.Identity, t.Name}
	for name, state := range w.states {
		lines = append(lines, state+" "+name)
	}
	slices.Sort(lines[3:])
	writeState(memo, []byte(strings.Join(append(lines, memoHeader), "\n")))
}
