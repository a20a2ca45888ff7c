//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A unit is a large C++ file, compiled with and without thinrex.
type unit struct {
	dir    string
	source string // its content
	cache  string
	flags  []string // further ones
}

// compilePhase measures thinrex cc on a file with some 300 headers.
func (b *bench) compilePhase() error {
	u := unit{dir: filepath.Join(b.dir, "unit"), source: manyHeaders(8), cache: filepath.Join(b.dir, "cccache")}
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		return err
	}
	if err := u.edit(""); err != nil {
		return err
	}
	if err := b.compileHits(u); err != nil {
		return err
	}
	if err := b.compileMisses(u); err != nil {
		return err
	}
	return b.irHits(u)
}

// compileHits compares hits with ccache's, on the same file. A hit takes a few
// milliseconds, so there are more runs.
func (b *bench) compileHits(u unit) error {
	many := *b
	many.runs = 11 * b.runs
	log := filepath.Join(b.dir, "ccache.log")
	ours, theirs := u.through(b.thinrex, "ours.o"), u.plain("theirs.o")
	theirs.args = append([]string{"ccache"}, theirs.args...)
	theirs.env = []string{
		"CCACHE_DIR=" + filepath.Join(b.dir, "ccache"),
		"CCACHE_CONFIGPATH=/dev/null",
		"CCACHE_STATSLOG=" + log,
	}
	time.Sleep(3 * time.Second) // both trust only files that are older than now
	for _, c := range []command{ours, theirs, u.plain("plain.o")} {
		if _, err := c.run(); err != nil {
			return err
		}
	}
	if err := os.Truncate(log, 0); err != nil {
		return err
	}
	ours.says = ": hit\n"
	ourRuns, theirRuns, err := many.pair(ours, theirs, nil)
	if err != nil {
		return err
	}
	said, err := os.ReadFile(log)
	if err != nil {
		return err
	}
	if n := strings.Count(string(said), "direct_cache_hit\n"); n != many.runs+1 {
		return fmt.Errorf("ccache had %d hits in %d runs", n, many.runs+1)
	}
	for _, object := range []string{"ours.o", "theirs.o"} {
		if err := sameFile(filepath.Join(u.dir, object), filepath.Join(u.dir, "plain.o")); err != nil {
			return err
		}
	}
	headers, err := u.headers()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("direct hit of a C++ file with %d headers, whole process, vs. ccache's; %d pairs",
		headers, many.runs)
	b.addPair(what, ourRuns, theirRuns, "≤ 0.7×")
	return nil
}

// compileMisses compares compilations of a source that is new each time with
// those of plain clang.
func (b *bench) compileMisses(u unit) error {
	ours := u.through(b.thinrex, "ours.o")
	ours.says = ": compiled\n"
	ourRuns, plainRuns, err := b.editPairs(u, "direct", ours)
	if err != nil {
		return err
	}
	if err := sameFile(filepath.Join(u.dir, "ours.o"), filepath.Join(u.dir, "plain.o")); err != nil {
		return err
	}
	b.addPair("direct miss vs. plain clang", ourRuns, plainRuns, "≤ 1.05×")
	return nil
}

// irHits measures compilations after a change that doesn't change the IR.
func (b *bench) irHits(u unit) error {
	first := u.through(b.thinrex, "first.o")
	first.env = append(first.env, "THINREX_COMPILE_KEYS=both")
	first.says = ": compiled\n"
	if err := u.edit("// with IR keys\n"); err != nil {
		return err
	}
	if err := emptyCache(u.cache); err != nil {
		return err
	}
	if _, err := first.run(); err != nil {
		return err
	}
	ours := u.through(b.thinrex, "ours.o")
	ours.env, ours.says = first.env, ": IR hit\n"
	ourRuns, plainRuns, err := b.editPairs(u, "IR", ours)
	if err != nil {
		return err
	}
	if err := sameFile(filepath.Join(u.dir, "ours.o"), filepath.Join(u.dir, "first.o")); err != nil {
		return err
	}
	b.addPair("IR hit of it vs. plain clang", ourRuns, plainRuns, "≤ 0.7×")
	return nil
}

// editPairs runs thinrex and plain clang in turn, each after the same change of a
// comment in the source.
func (b *bench) editPairs(u unit, what string, ours command) (ourRuns, plainRuns []measure, err error) {
	edits := 0
	return b.pair(ours, u.plain("plain.o"), func(c command) (measure, error) {
		edits++
		if err := u.edit(fmt.Sprintf("// %s %d\n", what, edits)); err != nil {
			return measure{}, err
		}
		return c.run()
	})
}

func (b *bench) addPair(what string, ours, theirs []measure, target string) {
	b.add(what, fmt.Sprintf("%.1f ms vs. %.1f ms", median(ours, wall).Seconds()*1000, median(theirs, wall).Seconds()*1000),
		fmt.Sprintf("%.3f×", medianRatio(ours, theirs)), target)
}

func (u unit) edit(comment string) error {
	return os.WriteFile(filepath.Join(u.dir, "unit.cc"), []byte(u.source+comment), 0o644)
}

func (u unit) plain(object string) command {
	args := []string{"clang++-22", "-std=c++17", "-O2", "-flto=thin", "-c", "unit.cc", "-o", object}
	return command{args: append(args, u.flags...), dir: u.dir}
}

func (u unit) through(thinrex, object string) command {
	c := u.plain(object)
	c.args = append([]string{thinrex, "cc", "--verbose", "--"}, c.args...)
	c.env = []string{"THINREX_DISK_CACHE=" + u.cache}
	return c
}

func (u unit) headers() (int, error) {
	cmd := exec.Command("clang++-22", "-std=c++17", "-M", "unit.cc")
	cmd.Dir = u.dir
	out, err := cmd.Output()
	return max(0, len(strings.Fields(strings.ReplaceAll(string(out), "\\\n", " ")))-2), err // less target and source
}

// manyHeaders is a source that instantiates templates for each of n types.
func manyHeaders(n int) string {
	var b strings.Builder
	for header := range strings.FieldsSeq(`algorithm any array atomic bitset charconv chrono complex
		condition_variable deque filesystem forward_list fstream functional future iomanip iostream limits list locale map
		memory mutex numeric optional queue random ratio regex set shared_mutex sstream stack string string_view thread
		tuple type_traits unordered_map unordered_set utility valarray variant vector`) {
		fmt.Fprintf(&b, "#include <%s>\n", header)
	}
	for i := range n {
		fmt.Fprintf(&b, `struct Part%[1]d { std::string name; int weight; };
std::string visit%[1]d(const std::vector<std::string>& lines) {
  std::map<std::string, std::vector<Part%[1]d>> parts;
  for (auto& line : lines) parts[line.substr(%[1]d)].push_back({line, %[1]d});
  std::ostringstream out;
  for (auto& [key, list] : parts) {
    std::sort(list.begin(), list.end(), [](const Part%[1]d& a, const Part%[1]d& b) { return a.name < b.name; });
    for (auto& p : list) out << key << p.name << p.weight;
  }
  return out.str();
}
`, i)
	}
	return b.String()
}
