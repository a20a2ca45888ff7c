//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// starts compares the start of the program with that of a Go program that does nothing. That
// takes a millisecond or two, so there are more runs.
func (b *bench) starts() error {
	dir := filepath.Join(b.dir, "empty")
	for name, text := range map[string]string{
		"go.mod":  "module empty\n\ngo 1.26\n",
		"main.go": "package main\n\nfunc main() {}\n",
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-o", "empty")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", build, err, out)
	}
	many := *b
	many.runs = 11 * b.runs
	ours := command{args: []string{b.thinrex, "version"}, dir: dir}
	ourRuns, theirRuns, err := many.pair(ours, command{args: []string{"./empty"}, dir: dir}, nil)
	if err != nil {
		return err
	}
	b.add(fmt.Sprintf("thinrex version vs. an empty Go program, CPU; %d pairs", many.runs),
		fmt.Sprintf("%.2f ms vs. %.2f ms", median(ourRuns, cpu).Seconds()*1000, median(theirRuns, cpu).Seconds()*1000),
		fmt.Sprintf("%.2f×", medianRatioOf(cpu, ourRuns, theirRuns)), "≤ 1.5×")
	return nil
}
