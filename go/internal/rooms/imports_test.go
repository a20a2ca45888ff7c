package rooms

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "thinrex/go/"

// An importer is the source files of one room, or their tests.
type importer struct {
	room  string
	tests bool
}

func TestImports(t *testing.T) {
	read := readImports(t, "../..")
	if len(read) < 10 {
		t.Fatalf("there are Go files in %d packages only", len(read))
	}
	for from, imports := range read {
		for _, broken := range breaks(from, imports) {
			t.Error(broken)
		}
	}
}

// The plan has no cycle, no row twice, and nothing in it that the code doesn't need:
// each room exists and imports all that its row allows.
func TestPlan(t *testing.T) {
	read := readImports(t, "../..")
	for i, row := range plan {
		if slices.ContainsFunc(plan[:i], func(earlier room) bool { return earlier.name == row.name }) {
			t.Errorf("%s has two rows", row.name)
		}
		source, hasSource := read[importer{room: row.name}]
		if _, hasTests := read[importer{room: row.name, tests: true}]; !hasSource && !hasTests {
			t.Errorf("there is no go/%s: remove its row here and in docs/architecture.md", row.name)
		}
		for _, name := range strings.Fields(row.ours) {
			if !slices.ContainsFunc(plan[:i], func(earlier room) bool { return earlier.name == name }) {
				t.Errorf("%s may import %s, which has no row above it", row.name, name)
			}
			if !slices.Contains(source, module+name) {
				t.Errorf("%s no longer imports %s: remove it from the row here and in docs/architecture.md", row.name, name)
			}
		}
	}
}

// Each kind of rule can be broken.
func TestBreaks(t *testing.T) {
	for name, test := range map[string]struct {
		from    importer
		library string
		want    string // part of the complaint; none if empty
	}{
		"as planned":           {importer{room: "action"}, module + "digest", ""},
		"upwards":              {importer{room: "action"}, module + "store", "action imports store"},
		"another module":       {importer{room: "action"}, "golang.org/x/sync/errgroup", ""},
		"unknown":              {importer{room: "thing"}, "fmt", "go/thing has no row"},
		"the other wing":       {importer{room: "compile"}, module + "link/distfile", "compile imports link/distfile"},
		"a test":               {importer{room: "digest", tests: true}, module + "store", ""},
		"a test of a wing":     {importer{room: "link", tests: true}, module + "compile", "a test of link imports compile"},
		"a test below a wing":  {importer{room: "compile/cppscan", tests: true}, module + "link", "never import each other"},
		"config elsewhere":     {importer{room: "store", tests: true}, module + "config", "only cmd"},
		"config's own test":    {importer{room: "config", tests: true}, module + "config", ""},
		"gRPC elsewhere":       {importer{room: "store"}, "google.golang.org/grpc/codes", "google.golang.org/grpc"},
		"gRPC in a test":       {importer{room: "store", tests: true}, "google.golang.org/grpc/codes", ""},
		"gRPC below reapi":     {importer{room: "reapi/cas"}, "google.golang.org/grpc", ""},
		"flags elsewhere":      {importer{room: "link"}, "github.com/spf13/pflag", "github.com/spf13/pflag"},
		"flags in the program": {importer{room: "cmd/thinrex"}, "github.com/spf13/cobra", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := breaks(test.from, []string{test.library})
			if test.want == "" && len(got) > 0 || test.want != "" && !strings.Contains(strings.Join(got, "\n"), test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// readImports lists what the Go files below a folder import, those for other
// systems, too.
func readImports(t *testing.T, root string) map[importer][]string {
	t.Helper()
	read := map[importer][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		from := importer{filepath.ToSlash(folder), strings.HasSuffix(path, "_test.go")}
		for _, spec := range file.Imports {
			library, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(read[from], library) {
				read[from] = append(read[from], library)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// breaks says which imports of one package the plan forbids, and what to do.
func breaks(from importer, imports []string) (broken []string) {
	i := slices.IndexFunc(plan, func(row room) bool { return row.name == from.room })
	if i < 0 {
		return []string{fmt.Sprintf("go/%s has no row in the plan: add one to go/internal/rooms/rooms_test.go, "+
			"below the rooms that it imports, and a line to docs/architecture.md", from.room)}
	}
	who := from.room
	if from.tests {
		who = "a test of " + from.room
	}
	for _, library := range imports {
		if slices.Contains(exceptions[from.room], library) {
			continue
		}
		for _, rule := range reserved {
			allowed := slices.ContainsFunc(rule.rooms, func(name string) bool { return isIn(from.room, name) })
			if isIn(library, rule.library) && !allowed && !(from.tests && rule.inTests) {
				broken = append(broken, fmt.Sprintf("%s imports %s: only %s may import %s", who, library,
					strings.Join(rule.rooms, " and "), rule.library))
			}
		}
		name, ours := strings.CutPrefix(library, module)
		switch {
		case !ours || name == from.room:
		case otherWings(from.room, name):
			broken = append(broken, fmt.Sprintf("%s imports %s: %s never import each other; "+
				"move what both need into action or a room below it", who, name, strings.Join(wings, " and ")))
		case name == "config" && !isIn(from.room, "cmd"):
			broken = append(broken, fmt.Sprintf("%s imports config: only cmd knows where options come from", who))
		case !from.tests && !slices.Contains(strings.Fields(plan[i].ours), name):
			broken = append(broken, fmt.Sprintf("%s imports %s, which its row in go/internal/rooms/rooms_test.go "+
				"doesn't allow: move the code to a room that may, or change the plan", who, name))
		}
	}
	return broken
}

// otherWings reports whether two rooms are in two wings.
func otherWings(one, other string) bool {
	for _, wing := range wings {
		if isIn(one, wing) {
			return slices.ContainsFunc(wings, func(w string) bool { return w != wing && isIn(other, w) })
		}
	}
	return false
}

// isIn reports whether a path is a folder or below it.
func isIn(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
