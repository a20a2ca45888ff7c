//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Time counts only as far as the processors were idle or worked for the tests.
func TestWatch(t *testing.T) {
	type moment struct {
		lines int
		usage usage
	}
	const works, waits = true, false
	for name, test := range map[string]struct {
		moments []moment
		want    bool // at the last
	}{
		"the machine is idle": {
			[]moment{{0, usage{100, 100, 0, works}}, {0, usage{200, 200, 0, works}}, {0, usage{300, 300, 0, works}}},
			true,
		},
		"it works for the tests": {
			[]moment{
				{0, usage{100, 100, 0, works}},
				{0, usage{200, 100, 100, works}},
				{0, usage{300, 100, 200, works}},
			},
			true,
		},
		"both": {
			[]moment{
				{0, usage{100, 100, 0, works}},
				{0, usage{200, 150, 50, works}},
				{0, usage{300, 200, 100, works}},
			},
			true,
		},
		"it works for others": {
			[]moment{{0, usage{100, 100, 0, works}}, {0, usage{200, 100, 1, works}}, {0, usage{300, 100, 2, works}}},
			false,
		},
		"though the tests wait": {[]moment{{0, usage{100, 100, 0, waits}}, {0, usage{200, 100, 0, waits}}}, true},
		"printing": {
			[]moment{
				{0, usage{100, 100, 0, works}},
				{1, usage{200, 200, 0, works}},
				{1, usage{300, 300, 0, works}},
				{2, usage{400, 400, 0, waits}},
			},
			false,
		},
		"printed long ago": {
			[]moment{{1, usage{200, 200, 0, works}}, {1, usage{300, 300, 0, works}}, {1, usage{400, 400, 0, works}}},
			true,
		},
		"a child has ended": {
			[]moment{{1, usage{100, 0, 90, works}}, {1, usage{200, 0, 10, works}}, {1, usage{300, 0, 20, works}}},
			false,
		},
		"nothing is known": {[]moment{{}, {}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch{limit: 2 * step}
			hangs := false
			for _, m := range test.moments {
				hangs = w.tick(m.lines, m.usage)
			}
			if hangs != test.want {
				t.Errorf("hangs: %v, after %v", hangs, w.free)
			}
		})
	}
}

// TestIsRun is no test of patient: the tests below run it in a process of its own.
func TestIsRun(t *testing.T) {
	switch os.Getenv("PATIENT_TEST") {
	case "":
		return
	case "hangs":
		child := exec.Command("sleep", "100000")
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(os.Getenv("PATIENT_PID"), []byte(strconv.Itoa(child.Process.Pid)), 0o600); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
	case "fails":
		t.Log("a reason")
		t.Run("part", func(t *testing.T) { t.Error("of it") })
		t.Run("good", func(t *testing.T) { t.Log("nobody sees this") })
	case "passes":
		t.Log("nobody sees this")
	}
}

func runSelf(t *testing.T, what string, limit time.Duration) (code int, printed string, err error) {
	t.Helper()
	t.Setenv("PATIENT_TEST", what)
	var out bytes.Buffer
	code, err = run([]string{os.Args[0], "-test.run=^TestIsRun$"}, limit, &out)
	return code, out.String(), err
}

func TestPasses(t *testing.T) {
	if code, printed, err := runSelf(t, "passes", time.Hour); code != 0 || err != nil || printed != "PASS\n" {
		t.Errorf("%d, %v, %q", code, err, printed)
	}
}

func TestFails(t *testing.T) {
	code, printed, err := runSelf(t, "fails", time.Hour)
	if code != 1 || err != nil {
		t.Errorf("%d, %v", code, err)
	}
	for _, want := range []string{"--- FAIL: TestIsRun (", ": a reason\n", "--- FAIL: TestIsRun/part (", ": of it\n"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q isn't in %q", want, printed)
		}
	}
	if strings.Contains(printed, "nobody") || !strings.HasSuffix(printed, "\nFAIL\n") {
		t.Errorf("%q", printed)
	}
}

// A binary that hangs is killed, with the processes that it has started.
func TestHangs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	t.Setenv("PATIENT_PID", file)
	code, _, err := runSelf(t, "hangs", 3*step)
	if code != 1 || err == nil || !strings.Contains(err.Error(), "no test began") {
		t.Fatalf("%d, %v", code, err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return // it was ended before it began
	}
	for pid := string(data); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || !strings.Contains(string(stat), "(sleep)") || strings.Contains(string(stat), ") Z ") {
			return // or a zombie, which nobody waits for
		}
	}
}

// A binary that can't be started, or dies by a signal, fails with a reason.
func TestNoResult(t *testing.T) {
	for _, command := range [][]string{{"/nonexistent"}, {"sh", "-c", "kill -9 $$"}} {
		if code, err := run(command, time.Hour, &bytes.Buffer{}); code == 0 || err == nil {
			t.Errorf("%q: %d, %v", command, code, err)
		}
	}
}

// The testing package's own lines become what go test prints without -v. All other
// lines belong to the test that printed them, and appear only if it fails.
func TestOutput(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"passes": {"\x16=== RUN   TestA\nlog\n\x16--- PASS: TestA (0.00s)\n\x16PASS\n", "PASS\n"},
		"fails": {
			"\x16=== RUN   TestA\nlog\n\x16--- FAIL: TestA (0.00s)\n\x16FAIL\n",
			"--- FAIL: TestA (0.00s)\nlog\nFAIL\n",
		},
		"no end of line": {"\x16=== RUN   TestA\nlog\x16--- FAIL: TestA (0.00s)\n", "--- FAIL: TestA (0.00s)\nlog\n"},
		"in turns": {"\x16=== RUN   TestA\n\x16=== PAUSE TestA\n" +
			"\x16=== RUN   TestB\nof B\n\x16=== CONT  TestA\nof A\n\x16=== NAME  TestB\nB again\n" +
			"\x16--- FAIL: TestB (0.00s)\n\x16=== NAME  TestA\n\x16--- PASS: TestA (0.00s)\n",
			"--- FAIL: TestB (0.00s)\nof B\nB again\n"},
		"a crash": {
			"\x16=== RUN   TestA\nthe last words",
			"=== TestA hasn't ended; it has printed:\nthe last words\n",
		},
		"of no one": {"coverage: 50%\n\x16FAIL\n", "coverage: 50%\nFAIL\n"},
	} {
		var out bytes.Buffer
		o := output{to: &out, results: true}
		for _, b := range []byte(test.in) {
			_, _ = o.Write([]byte{b})
		}
		o.end(strings.Contains(test.in, "PASS\n"))
		if out.String() != test.want {
			t.Errorf("%s: %q, want %q", name, out.String(), test.want)
		}
	}
}

// With -v, -list, -bench and -fuzz the output passes through unchanged.
func TestAsks(t *testing.T) {
	for arg, want := range map[string]bool{
		"-test.run=X": true, "-test.timeout=0s": true, "-test.v=true": false, "-test.v=test2json": false,
		"-test.list=.":  false,
		"-test.bench=.": false, "-test.benchtime=1s": true, "-test.fuzz=F": false, "-test.fuzzcachedir=d": true,
	} {
		if got := asksForTestResults([]string{arg}); got != want {
			t.Errorf("%s: %v", arg, got)
		}
	}
}
