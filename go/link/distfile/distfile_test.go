package distfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What lld 22.1 wrote for one member of a regular archive, plus keys and an
// output that no LLVM writes today.
const sample = `{
 "common": {"linker_output":"prog é","args":["/usr/bin/clang-22","-c","-O2"],"inputs":["p.prof"],"later":{}},
 "jobs": [{
  "args": ["lib bc.a(b.o at 96).2.9D8.o",
           "-fthinlto-index=lib bc.a(b.o at 96).2.9D8.2.2520.native.o.thinlto.bc","-o","ü.native.o"],
  "inputs": ["lib bc.a(b.o at 96).2.9D8.o","lib bc.a(b.o at 96).2.9D8.2.2520.native.o.thinlto.bc","c.o"],
  "outputs": ["ü.native.o","ü.native.dwo"], "later": 1}],
 "version": 7}`

func TestParse(t *testing.T) {
	f, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if f.Common.Compiler() != "/usr/bin/clang-22" || f.Common.LinkerOutput != "prog é" {
		t.Errorf("common = %+v", f.Common)
	}
	job := f.Jobs[0]
	if job.Module() != "lib bc.a(b.o at 96).2.9D8.o" {
		t.Errorf("Module = %q", job.Module())
	}
	if job.Shard() != "lib bc.a(b.o at 96).2.9D8.2.2520.native.o.thinlto.bc" {
		t.Errorf("Shard = %q", job.Shard())
	}
	if want := []string{"ü.native.o", "ü.native.dwo"}; !cmp.Equal(job.Outputs, want) {
		t.Errorf("Outputs = %q", job.Outputs)
	}
}

func TestParseNoJobs(t *testing.T) {
	f, err := Parse([]byte(`{"common":{"linker_output":"a","args":["clang"],"inputs":[]},"jobs":[]}`))
	if err != nil || len(f.Jobs) != 0 {
		t.Errorf("Parse = %+v, %v", f, err)
	}
}

func TestParseRefuses(t *testing.T) {
	job := func(body string) string {
		return `{"common":{"linker_output":"a","args":["clang"],"inputs":[]},"jobs":[` + body + `]}`
	}
	for _, tc := range []struct{ name, data, want string }{
		{"empty", "", "it is empty"},
		{"truncated", sample[:len(sample)/2], "truncated"},
		{"not JSON", "ELF", "not JSON"},
		{"array", "[]", "holds a JSON array instead of an object"},
		{"trailing data", `{"common":{"args":["c"]},"jobs":[]} x`, "more data"},
		{"no common", `{"jobs":[]}`, `"common" is missing`},
		{"no jobs", `{"common":{"args":["c"]}}`, `"jobs" is missing`},
		{"null jobs", `{"common":{"args":["c"]},"jobs":null}`, `"jobs" is missing`},
		{"no compiler", `{"common":{"args":[]},"jobs":[]}`, "no compiler"},
		{"args of numbers", `{"common":{"args":[1]},"jobs":[]}`, `"common.args" has the wrong type: a JSON number`},
		{"jobs an object", `{"common":{"args":["c"]},"jobs":{}}`, `"jobs" has the wrong type: a JSON object`},
		{"no inputs", job(`{"args":[],"inputs":[],"outputs":["o"]}`), "jobs[0] has no inputs"},
		{"no outputs", job(`{"args":[],"inputs":["m.o"],"outputs":[]}`), "jobs[0] (m.o) has no outputs"},
		{"outputs absent", job(`{"args":[],"inputs":["m.o"]}`), "jobs[0] (m.o) has no outputs"},
		{"empty name", job(`{"args":[],"inputs":["m.o",""],"outputs":["o"]}`), "jobs[0].inputs[1] is not a file name"},
		{
			"NUL in a name",
			job(`{"args":[],"inputs":["m.o"],"outputs":["o\u0000"]}`),
			"jobs[0].outputs[0] is not a file name",
		},
		{
			"one output twice",
			job(`{"inputs":["a"],"outputs":["x/o"]},{"inputs":["b"],"outputs":["./x//o"]}`),
			"jobs[0] and jobs[1] both write ./x//o",
		},
		{
			"output is an input",
			job(`{"inputs":["a"],"outputs":["x"]},{"inputs":["b","./a"],"outputs":["b"]}`),
			"jobs[1] writes b, which jobs[1] reads",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse([]byte(tc.data))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error = %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestReadNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{bad, dir, filepath.Join(dir, "absent.json")} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Read(%s): error %v doesn't name the file", path, err)
		}
	}
}

func TestParseTenThousandJobs(t *testing.T) {
	f := File{Common: Common{LinkerOutput: "big", Args: []string{"clang"}, Inputs: []string{}}}
	for i := range 10_000 {
		m := fmt.Sprintf("m%d.o", i)
		f.Jobs = append(f.Jobs, Job{Args: []string{m}, Inputs: []string{m}, Outputs: []string{m + ".native.o"}})
	}
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&f, got); diff != "" {
		t.Error(diff)
	}
}

func TestOrderKey(t *testing.T) {
	for _, tc := range []struct{ path, want string }{
		{"o/lapi.o", "o/lapi.o"},
		{"bin/lapi.o", "bin/lapi.o"},
		{"bin/libfoo.a(foo.o at 92).2.977.o", "libfoo.a(foo.o at 92).2.977.o"},
		{"bin/t.libt1.o92.2.9A7.o", "t.libt1.o92.2.9A7.o"}, // COFF
		{"o/foo.2.977.o", "o/foo.2.977.o"},
		{"/tmp/main-f3e957.o", "/tmp/main"},
		{"/tmp/main-f3e957.obj", "/tmp/main"},
		{"o/main-f3e957.o", "o/main-f3e957.o"}, // a build's own name, not clang's temporary
		{"/tmp/main-f3e95.o", "/tmp/main-f3e95.o"},
	} {
		if got := (Common{LinkerOutput: "bin/prog"}).OrderKey(tc.path); got != tc.want {
			t.Errorf("OrderKey(%q) = %q, want %q", tc.path, got, tc.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"common":{"args":["c"]},"jobs":[]}`))
	f.Add([]byte(`{"common":{"args":["c"]},"jobs":[{"inputs":["a"],"outputs":["b"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		// What Parse accepts, the rest of thinrex relies on.
		_ = file.Common.Compiler()
		for _, job := range file.Jobs {
			if job.Module() == "" || len(job.Outputs) == 0 {
				t.Errorf("accepted a job without module or output: %+v", job)
			}
			_ = job.Shard()
		}
		again, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again); err != nil {
			t.Errorf("doesn't parse after a round trip: %v\n%s", err, again)
		}
	})
}

// A module has one stable name in all links, whatever lld and clang make of its path.
func TestStableName(t *testing.T) {
	for _, tc := range []struct{ output, path, want string }{
		{"bin/prog", "bin/libx.a(a.o at 96).2.20FB.o", "libx.a(a.o)"},
		{"prog", "libx.a(a.o at 96).2.20FB.o", "libx.a(a.o)"},
		{"/out/prog", "/out/libx.a(a.o at 1234).11.1A.o", "libx.a(a.o)"},
		{"bin/prog", "other/libx.a(a.o at 96).2.20FB.o", "other/libx.a(a.o at 96).2.20FB.o"},
		{"bin/prog", "/tmp/main-f3e957.o", "/tmp/main"},
		{"bin/prog", "obj/main.o", "obj/main.o"},
		{"", "libx.a(a.o at 96).2.20FB.o", "libx.a(a.o at 96).2.20FB.o"},
	} {
		if got := (Common{LinkerOutput: tc.output}).StableName(tc.path); got != tc.want {
			t.Errorf("StableName(%q) = %q, want %q", tc.path, got, tc.want)
		}
	}
}
