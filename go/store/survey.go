package store

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"thinrex/go/digest"
	"thinrex/go/host/memo"
)

// A Kind says what a file in the cache's folder is there for.
type Kind int

// The kinds. Those of results include the blobs that the results refer to.
const (
	Links        Kind   = iota // results of links' jobs
	Compilations               // results of thinrex cc
	Slices                     // modules, cut to what jobs import
	Manifests                  // which files compilations read
	Others                     // what other programs, such as Bazel, keep in the folder
	Loose                      // blobs that no result refers to, and damaged results
	State                      // what is remembered of this machine
	Temporary                  // files that are being written, or whose writer was killed
	Kinds        = iota        // how many kinds there are
)

// A surveyed file is one of the cache's.
type surveyed struct {
	name string // in the folder, slash-separated
	kind Kind
	blob bool
	info fs.FileInfo
}

// A survey looks at each file of a cache once: results, blobs, then the rest. It never
// leaves the folder, wherever symbolic links in it lead.
type survey struct {
	root  *os.Root
	visit func(surveyed)

	// blobs are those that results refer to, each with one of these results' kinds: Others
	// if one of them is another program's.
	blobs   map[[digest.Size]byte]Kind
	others  bool // there are results of other programs, or of unknown ones
	failed  int
	failure error // why the first of the failed couldn't be read
}

// newSurvey is followed by close.
func (s *Store) newSurvey(visit func(surveyed)) (*survey, error) {
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return nil, err
	}
	return &survey{root: root, visit: visit, blobs: map[[digest.Size]byte]Kind{}}, nil
}

func (v *survey) close() error { return v.root.Close() }

// functionFolders returns the folders of the digest functions, as names in the cache's folder.
func functionFolders() (names []string) {
	for _, f := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		names = append(names, functionFolder(f))
	}
	return names
}

func functionFolder(f digest.Function) string { return filepath.ToSlash(folderOf(".", f)) }

// run visits all files. The error is that of ctx.
func (v *survey) run(ctx context.Context) error {
	for _, step := range []func(ctx context.Context, function string){v.results, v.contents, v.rest} {
		for _, function := range functionFolders() {
			step(ctx, function)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (v *survey) fail(err error) {
	v.failed++
	if v.failure == nil {
		v.failure = err
	}
}

// results visits the files of the Action Cache, and notes what they refer to.
func (v *survey) results(ctx context.Context, function string) {
	v.hashFolders(ctx, path.Join(function, acFolder), func(f surveyed, _ [digest.Size]byte) {
		data, err := v.root.ReadFile(f.name)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			v.others = true
			v.fail(err)
			return
		}
		var referred []digest.Digest
		f.kind, referred = kindOf(data)
		if f.kind == Others {
			v.others = true
			referred = append(referred, v.inFolders(function, data)...)
		}
		if f.kind == Links {
			referred = append(referred, v.keptInputs(function, f.name)...)
		}
		for _, d := range referred {
			v.refer(d, f.kind)
		}
		v.visit(f)
	})
}

func (v *survey) refer(d digest.Digest, kind Kind) {
	var hash [digest.Size]byte
	if raw, err := hex.DecodeString(d.Hash); err == nil && len(raw) == len(hash) {
		copy(hash[:], raw)
		if earlier, ok := v.blobs[hash]; !ok || earlier != Others {
			v.blobs[hash] = kind
		}
	}
}

// contents visits the blobs. It comes after all results.
func (v *survey) contents(ctx context.Context, function string) {
	v.hashFolders(ctx, path.Join(function, casFolder), func(f surveyed, hash [digest.Size]byte) {
		f.blob = true
		kind, referred := v.blobs[hash]
		if f.kind = kind; !referred {
			f.kind = Loose
		}
		v.visit(f)
	})
}

// hashFolders calls visit for each file in 00 to ff that a store could have made.
func (v *survey) hashFolders(ctx context.Context, dir string, visit func(surveyed, [digest.Size]byte)) {
	if len(v.entries(dir)) == 0 {
		return // what can't be read is one failure, not one for each folder in it
	}
	for n := range folders {
		if ctx.Err() != nil {
			return
		}
		folder := path.Join(dir, hashFolder(n))
		for _, e := range v.entries(folder) {
			var hash [digest.Size]byte
			if !e.Type().IsRegular() || !isHash(e.Name(), n, &hash) {
				continue
			}
			if info := v.info(e); info != nil {
				visit(surveyed{name: path.Join(folder, e.Name()), info: info}, hash)
			}
		}
	}
}

// rest visits temporary files and what is remembered of this machine.
func (v *survey) rest(ctx context.Context, function string) {
	tmp := path.Join(function, tmpFolder)
	for _, e := range v.entries(tmp) {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), tempPrefix) {
			continue
		}
		if info := v.info(e); info != nil {
			v.visit(surveyed{name: path.Join(tmp, e.Name()), kind: Temporary, info: info})
		}
	}
	state := path.Join(function, stateFolder)
	err := fs.WalkDir(v.root.FS(), state, func(name string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if !e.Type().IsRegular() || !memo.Knows(strings.TrimPrefix(name, state+"/")) {
			return nil
		}
		if info := v.info(e); info != nil {
			v.visit(surveyed{name: name, kind: State, info: info})
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) && ctx.Err() == nil {
		v.fail(err)
	}
}

// entries lists a folder, which needn't be there: another process may remove it at any time,
// also between two steps of this.
func (v *survey) entries(dir string) []fs.DirEntry {
	f, err := v.root.Open(dir)
	var list []fs.DirEntry
	if err == nil {
		defer f.Close()
		list, err = f.ReadDir(-1)
	}
	switch {
	case err == nil:
		return list
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	v.others = true // what isn't seen may be another program's
	v.fail(err)
	return nil
}

// info is nil for a file that is gone.
func (v *survey) info(e fs.DirEntry) fs.FileInfo {
	info, err := e.Info()
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			v.fail(err)
		}
		return nil
	}
	return info
}

// kindOf returns what a file of the Action Cache is, and the blobs that it refers to.
// What this package writes holds nothing but canonical names, which have no slash;
// Bazel's outputs are in folders.
func kindOf(entry []byte) (Kind, []digest.Digest) {
	m, own, err := readEntry(entry)
	if err != nil {
		return Loose, nil
	}
	referred := []digest.Digest{m.Stdout.Digest, m.Stderr.Digest}
	for _, f := range m.Files {
		own = own && !strings.Contains(f.Path, "/")
		referred = append(referred, f.Digest)
	}
	switch {
	case !own:
		return Others, referred
	case len(m.Files) == 0:
		return Manifests, referred
	case m.Files[0].Path == "slice.o": // see package link/canon
		return Slices, referred
	case strings.HasPrefix(m.Files[0].Path, "m.native."): // likewise
		return Links, referred
	}
	return Compilations, referred
}
