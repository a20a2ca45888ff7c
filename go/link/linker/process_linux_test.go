package linker_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"thinrex/go/link/linker"
)

// In place of lld, a shell has the option that names a distributor. It may be several
// generations up, and its children may have any name, also lld's.
func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	shell, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ld", "odd) S 1 (name", "lld-wrapper", "sh"} {
		if err := os.WriteFile(filepath.Join(dir, name), shell, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "more.rsp"),
		[]byte(`-plugin-opt=mcpu=gfx90a "-mllvm" -a --thinlto-distributor=t`), 0o666); err != nil {
		t.Fatal(err)
	}
	// Each shell says its process id and runs the next one, until stdin ends.
	const last = `echo $$; read x`
	nested := func(name, script string) string { return `"./` + name + `" -c '` + script + `'; :` }
	for name, test := range map[string]struct {
		script string
		found  bool
	}{
		"itself":      {last, true},
		"parent":      {nested("odd) S 1 (name", last), true},
		"name of lld": {nested("lld-wrapper", last), true},
		"grandparent": {`./sh -c "./sh -c '` + strings.ReplaceAll(last, "$$", `\$\$`) + `'; :"; :`, true},
		"too far":     {`./sh -c "./sh -c './sh -c \"echo \\\$\\\$; read x\"; :'; :"; :`, false},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("./ld", "-c", test.script, "a.o", "@more.rsp")
			cmd.Dir, cmd.Stderr = dir, os.Stderr
			stdin, pid := start(t, cmd)
			t.Chdir(dir) // lld's working directory is the distributor's
			got, err := linker.CommandLine(pid)
			want := []string{
				"-c",
				test.script,
				"a.o",
				"-plugin-opt=mcpu=gfx90a",
				"-mllvm",
				"-a",
				"--thinlto-distributor=t",
			}
			if test.found != (err == nil) || test.found && !slices.Equal(got, want) {
				t.Errorf("%q, %v, want %q", got, err, want)
			}
			stdin.Close()
			if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 1 { // read's, at the end of stdin
				t.Error(err)
			}
		})
	}
}

// start starts cmd and returns the process id that it prints.
func start(t *testing.T, cmd *exec.Cmd) (io.Closer, int) {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return stdin, pid
}

// It is an error that says so if a process can't be read or wasn't started by lld.
func TestCommandLineUnknown(t *testing.T) {
	for _, pid := range []int{os.Getpid(), 1} {
		if got, err := linker.CommandLine(pid); err == nil || !strings.Contains(err.Error(), "started by lld") {
			t.Errorf("process %d: %q, %v", pid, got, err)
		}
	}
	if got, err := linker.CommandLine(1 << 30); err == nil {
		t.Errorf("%q", got)
	}
}
