package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal returns what a command writes to a terminal.
func onTerminal(t *testing.T, dir string, env []string, command ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, env, tty
	err = cmd.Start()
	tty.Close()
	if err != nil {
		t.Fatal(err)
	}
	printed := make(chan []byte)
	go func() {
		var b bytes.Buffer
		_, _ = io.Copy(&b, master) // fails when nobody has the terminal open any more
		printed <- b.Bytes()
	}()
	text := <-printed
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%q: %v: %s", command, err, text)
	}
	return string(text)
}

// Messages have colours when the compiler's own would.
func TestColours(t *testing.T) {
	thinrex, dir := buildThinrex(t), t.TempDir()
	if err := os.WriteFile(dir+"/a.c", []byte("static int unused;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		env, flags string
		colours    bool
	}{
		{"TERM=xterm", "", true},
		{"TERM=xterm", "-fdiagnostics-color=auto", true},
		{"TERM=xterm", "-fno-color-diagnostics -fdiagnostics-color=auto", true},
		{"TERM=xterm", "-fdiagnostics-color=auto -fdiagnostics-color=never", false},
		{"TERM=xterm NO_COLOR=1", "", false},
		{"TERM=tmux-256color NO_COLOR=", "", true},
		{"TERM=vt220", "", false},
		{"TERM=vt220", "-fcolor-diagnostics", true},
		{"TERM=dumb", "-fdiagnostics-color=always", true},
		{"TERM=", "", false},
	} {
		cache := t.TempDir()
		env := append(os.Environ(), strings.Fields(test.env)...)
		compiler := append(strings.Fields("clang-22 -Wall -O2 -flto=thin -c a.c -o a.o"), strings.Fields(test.flags)...)
		want := onTerminal(t, dir, env, compiler...)
		for range 2 {
			got := onTerminal(t, dir, env, append([]string{thinrex, "cc", "--disk_cache=" + cache, "--"}, compiler...)...)
			if got != want || strings.Contains(got, "\x1b[") != test.colours {
				t.Errorf("%s, %q: %q, the compiler: %q", test.env, test.flags, got, want)
			}
		}
	}
}
