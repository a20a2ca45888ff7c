//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"testing"
)

// What each example's programs print.
const (
	words       = "to be or not to be is the question"
	longestWord = "question\n"
	total       = "2 be\n1 is\n1 not\n1 or\n1 question\n1 the\n2 to\n"
)

// testSources runs the tests that are beside the rules.
func testSources(t *testing.T, w workspace, root string) {
	w = workspace{shell: w.shell, root: root}
	targets := []string{"//rules/...", "//bazel/..."}
	if w.version == "4" { // can't load what is for rule-based toolchains
		targets = []string{"//rules/...", "//bazel/features:all"}
	}
	w.test(t, targets...)
	w.shutdown(t)
}

// testExamples builds, tests and runs each example.
func testExamples(t *testing.T, w workspace, root string) {
	examples := map[string]func(t *testing.T, w workspace){
		"feature": testFeatureExample,
		"rule":    testRuleExample,
		"run":     testRunExample,
	}
	entries, err := os.ReadDir(filepath.Join(root, "examples/bazel"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			test, ok := examples[entry.Name()]
			if !ok {
				t.Fatal("no test for this example")
			}
			here := workspace{shell: w.shell, root: filepath.Join(root, "examples/bazel", entry.Name())}
			if w.version == "4" {
				here = here.with("--config=old")
			}
			test(t, here)
			here.shutdown(t)
		})
	}
}

func testRuleExample(t *testing.T, w workspace) {
	w = w.thinrexCache(w.folder(t))
	programs := []string{"longest", "total", "words_test"}
	w.test(t, "//...").expectDistributed(t, programs...)
	w.expectPrints(t, "longest", longestWord)
	w.expectPrints(t, "total", total)
	w.clean(t)
	w.build(t, "//:longest", "//:total", "//:words_test").expectNothingCompiled(t, programs...)
}

func testFeatureExample(t *testing.T, w workspace) {
	programs := []string{"longest", "total", "libsplit.so", "words_test"}
	legacy := []string{"//:all", "//toolchain/..."}
	if w.version != "4" { // has neither rule-based toolchains nor cc_shared_library
		w := w.thinrexCache(w.folder(t)).with("--config=rule_based")
		w.test(t, "//:all").expectDistributed(t, programs...)
		w.expectPrints(t, "longest", longestWord)
		w.expectPrints(t, "total", total)
		legacy = []string{"//..."}
	}
	w = w.thinrexCache(w.folder(t))
	r := w.test(t, legacy...)
	r.expectDistributed(t, programs...)
	w.expectPrints(t, "longest", longestWord)
	w.expectPrints(t, "total", total)
	if w.version != "4" {
		// By cc_shared_library: the program has no module of the library.
		library, program := r.links["shared/libwords.so"], r.links["shared/total"]
		if library.jobs != 2 || program.jobs != 1 {
			t.Errorf("link of the library: %+v, of the program: %+v; want 2 jobs and 1:\n%s", library, program, r.output)
		}
		w.expectPrints(t, "shared/total", total)
		programs = append(programs, "shared/libwords.so", "shared/total")
	}
	w.bazel(t, "build", "@thinrex//rules:feature_is_on")
	w.clean(t)
	w.build(t, legacy...).expectNothingCompiled(t, programs...)
}

func testRunExample(t *testing.T, w workspace) {
	out, cache := w.folder(t), w.folder(t)
	for _, want := range []summary{{jobs: 3, local: 3}, {jobs: 3, hits: 3}} {
		output := w.run(t, w.root, "./link.sh", out, "--verbose", "--disk_cache="+cache)
		if got, ok := parseSummary(output); !ok || got != want {
			t.Errorf("link.sh: %+v, want %+v:\n%s", got, want, output)
		}
	}
	if got := w.run(t, out, "./total", words); got != total {
		t.Errorf("total prints %q", got)
	}
}

func (w workspace) expectPrints(t *testing.T, program, want string) {
	t.Helper()
	if got := w.run(t, w.root, "bazel-bin/"+program, words); got != want {
		t.Errorf("%s prints %q, want %q", program, got, want)
	}
}
