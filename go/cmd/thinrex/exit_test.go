package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"thinrex/go/action"
	"thinrex/go/host"
	"thinrex/go/link"
)

func TestExitCodes(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("while linking: %w", err) }
	denied := &fs.PathError{Op: "open", Path: "f", Err: fs.ErrPermission}
	for name, test := range map[string]struct {
		err  error
		want int
	}{
		"success":                {nil, exitOK},
		"a failed compilation":   {wrap(link.ErrCompilation), exitCompilation},
		"usage":                  {wrap(usagef("--jobs: %w", denied)), exitUsage},
		"an input":               {wrap(&action.InputError{Err: denied}), exitUsage},
		"an input that changed":  {wrap(action.ErrInputChanged), exitUsage},
		"this machine":           {wrap(&host.EnvironmentError{Err: errors.New("no compiler")}), exitEnvironment},
		"a full disk":            {wrap(syscall.ENOSPC), exitEnvironment},
		"a full disk's input":    {wrap(&action.InputError{Err: syscall.ENOSPC}), exitEnvironment},
		"refused by the system":  {wrap(denied), exitEnvironment},
		"refused, a rename":      {wrap(&os.LinkError{Op: "rename", Err: fs.ErrPermission}), exitEnvironment},
		"a compiler's":           {errExit(77), 77},
		"no compiler":            {&errCannotRun{"cc", fs.ErrNotExist}, exitNotFound},
		"a folder as a compiler": {&errCannotRun{"cc", syscall.EISDIR}, exitCannotRun},
		"a signal":               {&errStopped{"stopped", exitSignal + 15}, 143},
		"unknown":                {wrap(errors.New("surprise")), exitUnexpected},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitCode(context.Background(), test.err); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

// Mistakes in the arguments are bad usage, whether cobra, a configuration file or
// a command finds them.
func TestBadUsage(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Chdir(t.TempDir())
	for _, args := range [][]string{
		{}, {"a.json", "b.json"}, {"absent.json"}, {"--no_such_flag"}, {"-x"}, {"--jobs=none", "a.json"},
		{"--remote_cache=me@host", "a.json"}, {"--exec_strategy=remote", "a.json"}, {"--config=absent.toml", "a.json"},
		{"--bazelrc=absent", "a.json"}, {"--thinlto_cache_policy=x", "a.json"},
		{"cc"}, {"cc", "--jobs=2", "--", "true"}, {"cc", "--base_dir=rel", "--", "true"},
		{"flags", "--for=gold"}, {"flags", "more"}, {"flags", "--remote_header=a=b"},
		{"prune", "--policy=x"}, {"prune", "--disk_cache="}, {"prune", "--disk_cache=absent"}, {"version", "more"},
	} {
		err := execute(t.Context(), start{}, args)
		if code := exitCode(t.Context(), err); code != exitUsage {
			t.Errorf("%q: exit code %d, want %d", args, code, exitUsage)
		}
	}
}
