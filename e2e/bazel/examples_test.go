//go:build e2e_bazel && linux

package bazel

import (
	"os"
	"path/filepath"
	"strings"
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
	targets := []string{"//rules/...", "//bazel/..."}
	if w.version == "4" { // can't load what is for rule-based toolchains
		targets = []string{"//rules/...", "//bazel/features:all"}
	}
	w.run(t, root, "bazel", append([]string{"test", "--noshow_progress", "--test_output=errors"}, targets...)...)
	w.run(t, root, "bazel", "shutdown")
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
			test(t, here)
			here.run(t, here.root, "bazel", "shutdown")
		})
	}
}

func testRuleExample(t *testing.T, w workspace) {
	w = w.thinrexCache(w.folder(t))
	r := w.build(t, "//...")
	expectDistributed(t, r, "longest", "total", "words_test")
	w.test(t)
	w.expectPrints(t, "longest", longestWord)
	w.expectPrints(t, "total", total)
	w.clean(t)
	expectNothingCompiled(t, w.build(t, "//..."))
}

func testFeatureExample(t *testing.T, w workspace) {
	w = w.thinrexCache(w.folder(t))
	targets := []string{"//:all", "//toolchain/..."}
	if w.version != "4" { // has neither cc_shared_library nor rule-based toolchains
		targets = []string{"//..."}
		t.Run("rule based", func(t *testing.T) {
			w := w.with("--config=rule_based")
			expectDistributed(t, w.build(t, "//:longest", "//:total"), "longest", "total")
			w.expectPrints(t, "total", total)
		})
		w.clean(t)
		w = w.thinrexCache(w.folder(t))
	}
	r := w.build(t, targets...)
	expectDistributed(t, r, "longest", "total", "libsplit.so")
	w.test(t)
	w.expectPrints(t, "longest", longestWord)
	w.expectPrints(t, "total", total)
	w.clean(t)
	expectNothingCompiled(t, w.build(t, targets...))
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

// test runs a workspace's tests.
func (w workspace) test(t *testing.T) {
	t.Helper()
	args := append([]string{"test", "--noshow_progress", "--test_output=errors"}, w.flags...)
	w.run(t, w.root, "bazel", append(args, "//:all")...)
}

func (w workspace) expectPrints(t *testing.T, program, want string) {
	t.Helper()
	if got := w.run(t, w.root, "bazel-bin/"+program, words); got != want {
		t.Errorf("%s prints %q, want %q", program, got, want)
	}
}

// expectDistributed checks that the distributor has run in the links of programs.
func expectDistributed(t *testing.T, r report, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if s, ok := r.links[program]; !ok || s.jobs == 0 || s.failed > 0 {
			t.Errorf("link of %s: %+v:\n%s", program, s, r.output)
		}
	}
}

func expectNothingCompiled(t *testing.T, r report) {
	t.Helper()
	if len(r.links) == 0 {
		t.Errorf("no links:\n%s", r.output)
	}
	for program, s := range r.links {
		if s.hits != s.jobs {
			t.Errorf("link of %s compiled again: %+v", strings.TrimSpace(program), s)
		}
	}
}
