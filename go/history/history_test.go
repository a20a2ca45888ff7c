package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"thinrex/go/host/memo"
	"thinrex/go/report"
)

func at(seconds int) time.Time { return time.Unix(1_700_000_000+int64(seconds), 0).UTC() }

func exampleLink(seconds int) Link {
	return Link{Started: at(seconds), Dir: "/d", Summary: report.Summary{Jobs: 3, Hits: 2, Local: 1}}
}

func exampleJobs() *Jobs {
	return &Jobs{
		Compiler: Compiler{Path: "/usr/bin/clang", Identity: ShortOf("identity")},
		Args:     []string{"-O2"},
		Env:      []Value{{"A", ShortOf("secret")}},
		Files: []File{
			{Name: "a.o", Digest: "aa", Size: 1},
			{Name: "/tmp/b-123456.o", Stable: "/tmp/b", Digest: "bb", Size: 2},
		},
		Jobs: []Job{
			{Module: 0, Imports: []int32{1}, Key: "k/1", Outcome: Hit, From: FromDisk},
			{Module: 1, Key: "k/2", Outcome: Local, From: FromHere, Slot: 1, Run: 1.5, Ran: 1.25},
		},
	}
}

func add(t *testing.T, f Folder, l Link, jobs *Jobs) {
	t.Helper()
	if err := f.AddLink(l, jobs); err != nil {
		t.Fatal(err)
	}
}

// What is added is found again, the oldest first, and with its details.
func TestLinks(t *testing.T) {
	f := In(t.TempDir())
	want := exampleJobs()
	add(t, f, exampleLink(20), want)
	add(t, f, exampleLink(10), nil)
	links, unread, err := f.Links(time.Time{})
	if err != nil || unread != (Unread{}) || len(links) != 2 || !links[0].Started.Equal(at(10)) {
		t.Fatalf("%+v, %+v, %v", links, unread, err)
	}
	if links[1].Summary.Hits != 2 || links[1].Dir != "/d" || links[1].Version != Version {
		t.Errorf("%+v", links[1])
	}
	got, err := f.Jobs(links[1].ID)
	want.Version = Version
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v, %v", got, want, err)
	}
	if _, err := f.Jobs(links[0].ID); !errors.Is(err, ErrNoJobs) {
		t.Error(err)
	}
	if links, _, _ := f.Links(at(20)); len(links) != 1 {
		t.Errorf("since the second: %+v", links)
	}
}

// Without a state folder there is no history, and that is no error.
func TestNoFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	f := In("")
	if err := errors.Join(f.AddLink(exampleLink(0), exampleJobs()), f.AddCompilation(Compilation{})); err != nil {
		t.Error(err)
	}
	links, _, err := f.Links(time.Time{})
	if entries, _ := os.ReadDir("."); len(links) > 0 || err != nil || len(entries) > 0 {
		t.Errorf("%v, %v, files %v", links, err, entries)
	}
	if _, err := f.Jobs("x"); !errors.Is(err, ErrNoJobs) {
		t.Error(err)
	}
}

// A record of which only a part was written costs no other one, whatever part it is.
func TestTornRecord(t *testing.T) {
	f := In(t.TempDir())
	if err := f.AddCompilation(Compilation{Source: "a.c"}); err != nil {
		t.Fatal(err)
	}
	path := f.log(memo.CompilationHistory).path(1)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if err := f.AddCompilation(Compilation{Source: "b.c"}); err != nil {
			t.Fatal(err)
		}
		list, unread, err := f.Compilations(time.Time{})
		found := len(list) > 0 && list[len(list)-1].Source == "b.c"
		torn := n > 1 && n < len(whole)-1
		if err != nil || !found || torn != (unread.Torn == 1) || torn && len(list) != 1 {
			t.Errorf("%d bytes of %q: %+v, %+v, %v", n, whole, list, unread, err)
		}
	}
}

// A record of a later version is left out and counted, also if its fields have other types.
func TestLaterVersion(t *testing.T) {
	f := In(t.TempDir())
	add(t, f, exampleLink(0), nil)
	later := `{"version":2,"summary":{"jobs":5}}
{"version":3,"summary":[],"dir":{}}
{"version":0}
{"dir":
`
	if err := memo.Append(f.log(memo.LinkHistory).path(1), []byte(later)); err != nil {
		t.Fatal(err)
	}
	add(t, f, exampleLink(1), nil)
	links, unread, err := f.Links(time.Time{})
	if err != nil || len(links) != 2 || unread != (Unread{Torn: 2, Later: 2}) {
		t.Errorf("%+v, %+v, %v", links, unread, err)
	}
	jobs := exampleJobs()
	data, err := jobs.encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"damaged":   append(data[:len(data)/2:len(data)/2], "xxxxxxxx"...),
		"truncated": data[:len(data)-10],
		"empty":     nil,
		"text":      []byte("{}"),
		"no index":  encode(t, &Jobs{Jobs: []Job{{Module: 7}}}),
		"negative":  encode(t, &Jobs{Files: []File{{}}, Jobs: []Job{{Imports: []int32{-1}}}}),
	} {
		if err := memo.Write(f.jobsPath(name), content); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Jobs(name); err == nil || errors.Is(err, ErrNoJobs) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func encode(t *testing.T, jobs *Jobs) []byte {
	t.Helper()
	data, err := jobs.encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A history is bounded: the oldest records go, and the newest stay.
func TestLogIsBounded(t *testing.T) {
	l := log{t.TempDir(), memo.LinkHistory, 1000}
	for i := range 200 {
		data, err := json.Marshal(exampleLink(i))
		if err == nil {
			err = l.add(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files := l.files()
	if len(files) != 2 {
		t.Errorf("files %v", files)
	}
	for _, n := range files {
		if fi, err := os.Stat(l.path(n)); err != nil || fi.Size() > 2500 {
			t.Errorf("file %d: %v, %v", n, fi.Size(), err)
		}
	}
	version := func(l Link) (int, time.Time) { return Version, l.Started }
	links, _, err := read(l, version, time.Time{})
	if err != nil || len(links) < 2 || !links[len(links)-1].Started.Equal(at(199)) {
		t.Errorf("%d links, %v", len(links), err)
	}
	if err := l.add(make([]byte, longestRecord+1)); err == nil {
		t.Error("a record without a bound was written")
	}
}

// The details of the last links are kept, within limits of their number and size.
func TestJobsAreBounded(t *testing.T) {
	f := In(t.TempDir())
	for i := range mostLinks + 20 {
		if err := memo.Write(f.jobsPath(newID(at(i))), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	add(t, f, exampleLink(1000), exampleJobs())
	dir := filepath.Dir(f.jobsPath("x"))
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > mostLinks || len(entries) < mostLinks-linksAtOnce {
		t.Errorf("%d files, %v", len(entries), err)
	}
	for i := len(entries); i%linksAtOnce != 0; i++ {
		add(t, f, exampleLink(1000), exampleJobs())
	}
	f.makeRoom(dir, mostLinkBytes-2)
	if entries, _ = os.ReadDir(dir); len(entries) > 2 {
		t.Errorf("%d files are left", len(entries))
	}
	links, _, _ := f.Links(time.Time{})
	add(t, f, exampleLink(2000), exampleJobs())
	if _, err := f.Jobs(links[0].ID); err != nil && !errors.Is(err, ErrNoJobs) {
		t.Error(err)
	}
}

// Later links have names that sort behind those of earlier ones.
func TestIDs(t *testing.T) {
	if a, b := newID(at(1)), newID(at(2)); a >= b || len(a) != len(b) {
		t.Errorf("%s, %s", a, b)
	}
}

// Long texts from elsewhere are cut.
func TestTextsAreBounded(t *testing.T) {
	f := In(t.TempDir())
	c := Compilation{Why: strings.Repeat("y", 1<<20), Changed: make([]string, 1000)}
	l := exampleLink(0)
	l.Summary.Error = c.Why
	if err := errors.Join(f.AddCompilation(c), f.AddLink(l, nil)); err != nil {
		t.Fatal(err)
	}
	list, _, _ := f.Compilations(time.Time{})
	if len(list) != 1 || len(list[0].Why) > longestText+10 || len(list[0].Changed) != MostChanged {
		t.Errorf("%+v", list)
	}
}

// The folder of a project is the nearest with the surest mark.
func TestProject(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "repo", "sub", "build")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ mark, want string }{
		{"", deep},
		{"repo/.git", filepath.Join(dir, "repo")},
		{"repo/sub/.git", filepath.Join(dir, "repo", "sub")},
		{"repo/WORKSPACE", filepath.Join(dir, "repo")},
		{"thinrex.toml", dir},
	} {
		if tc.mark != "" {
			if err := os.WriteFile(filepath.Join(dir, tc.mark), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := Project(deep); got != tc.want {
			t.Errorf("with %s: %s, want %s", tc.mark, got, tc.want)
		}
	}
}

// Digests and GUIDs survive JSON, and shortened hashes are the beginning of a hash.
func TestShort(t *testing.T) {
	for _, n := range []uint64{0, 1, 1<<64 - 1, 1 << 63} {
		var s Short
		var g GUID
		text, _ := Short(n).MarshalText()
		if err := errors.Join(s.UnmarshalText(text), g.UnmarshalText(text)); err != nil || uint64(s) != n || uint64(g) != n ||
			string(text) != fmt.Sprintf("%016x", n) || Short(n).String() != string(text) {
			t.Errorf("%d: %s, %v", n, text, err)
		}
	}
	if ShortOfHash("0123456789abcdef0123") != 0x0123456789abcdef || ShortOfHash("") != 0 || ShortOf("a") == ShortOf("b") {
		t.Error("wrong digests")
	}
}

// The last links are those that were added last; what is damaged among them is counted.
func TestLastLinks(t *testing.T) {
	f := In(t.TempDir())
	for i := range 2*mostLinks + 10 {
		add(t, f, exampleLink(i), nil)
	}
	links, unread, err := f.LastLinks()
	if err != nil || unread != (Unread{}) || len(links) != 2*mostLinks || !links[0].Started.Equal(at(10)) {
		t.Fatalf("%d links, %+v, %v", len(links), unread, err)
	}
	log, err := os.OpenFile(f.log(memo.LinkHistory).path(1), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = log.WriteString("{torn\n{\"version\":99}\n")
	if err := errors.Join(err, log.Close()); err != nil {
		t.Fatal(err)
	}
	links, unread, err = f.LastLinks()
	if err != nil || unread != (Unread{Torn: 1, Later: 1}) || len(links) != 2*mostLinks-2 {
		t.Errorf("%d links, %+v, %v", len(links), unread, err)
	}
	if links, unread, err := In("").LastLinks(); len(links) != 0 || unread != (Unread{}) || err != nil {
		t.Errorf("without a folder: %d links, %+v, %v", len(links), unread, err)
	}
}

// Compilations are found by a part of a name, also if JSON writes it in another way.
func TestCompilationsWith(t *testing.T) {
	f := In(t.TempDir())
	for i, source := range []string{"src/a.cc", "src/b.cc", "<odd>/a \"b\".cc", "src/a.cc"} {
		if err := f.AddCompilation(Compilation{Started: at(i), Source: source}); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		"a.cc": "0 3", "src/": "0 1 3", `"b"`: "2", "<odd>": "2", "": "0 1 2 3", "none": "",
	} {
		list, unread, err := f.CompilationsWith(text)
		var got []string
		for _, c := range list {
			got = append(got, strconv.Itoa(int(c.Started.Sub(at(0)).Seconds())))
		}
		if strings.Join(got, " ") != want || unread != (Unread{}) || err != nil {
			t.Errorf("%q: %q, %+v, %v", text, got, unread, err)
		}
	}
}

// The record of a hit is what encoding/json makes of it, byte for byte.
func TestHitJSON(t *testing.T) {
	for _, c := range []Compilation{
		{Outcome: Hit},
		{
			Version: 1, Started: at(7).Add(time.Microsecond), Host: "h", Dir: "/d\\\"\n\x01é<>&", Project: "/bad\xff\xfe",
			Source: "a.c", Output: "a.o", Phase: CompilePhase, Outcome: Hit, From: FromDisk, Key: "k/1", Args: 1,
			Compiler: 1 << 63, Env: 77, Content: 9, Seconds: 0.0081, Ran: 1234.5, Bytes: 1 << 40,
		},
	} {
		want, err := json.Marshal(c)
		if got := c.encodeHit(); err != nil || string(got) != string(want) {
			t.Errorf("%s\nwant %s, %v", got, want, err)
		}
	}
	if n := reflect.TypeFor[Compilation]().NumField(); n != 23 {
		t.Errorf("a compilation has %d fields: encodeHit must write those that a hit may have", n)
	}
}

// A very large link doesn't remember the slices of all jobs; it is read all the same. Details
// that don't fit together aren't.
func TestSlicesNotRemembered(t *testing.T) {
	f := In(t.TempDir())
	jobs := exampleJobs()
	jobs.Jobs[0].Sliced = &Sliced{Key: "k/3"}
	add(t, f, exampleLink(1), jobs)
	links, _, err := f.Links(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Jobs(links[0].ID); err != nil || got.Jobs[0].Sliced == nil {
		t.Errorf("%+v, %v", got, err)
	}
	jobs.Jobs[0].Sliced.Slices = make([]Slice, 2)
	if err := f.writeJobs("damaged", jobs); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Jobs("damaged"); err == nil {
		t.Error("two slices of one import are read")
	}
}
