package linker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"thinrex/go/clang"
)

// CommandLine returns the arguments of the lld that started this distributor: the
// process with this id, or one of its next ancestors, because the distributor may be
// a script that starts thinrex. lld is recognised by the option that names a
// distributor, not by its name: the script may have lld in its name, too, and a GPU
// image linked without lld's own options has no processor.
func CommandLine(pid int) ([]string, error) {
	_, args, err := findLinker(pid)
	return args, err
}

// generations bounds how many ancestors are looked at: scripts may stand between
// compiler, lld and thinrex.
const generations = 3

// findLinker returns lld's process id and its arguments.
func findLinker(pid int) (linker int, args []string, err error) {
	why := errors.New("thinrex wasn't started by lld")
	for i := 0; i < generations && pid > 0; i++ { // the first process of a container has the parent 0
		line, err := os.ReadFile(procFile(pid, "cmdline"))
		if err != nil {
			return 0, nil, err
		}
		args := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
		args, err = clang.ExpandResponseFiles(args[1:])
		switch {
		case err != nil:
			why = fmt.Errorf("process %d: %w", pid, err)
		case slices.ContainsFunc(args, namesDistributor):
			return pid, args, nil
		}
		if pid, err = parentOf(pid); err != nil {
			return 0, nil, err
		}
	}
	return 0, nil, why
}

// Compiler returns the path of the clang that started the lld that started this
// distributor; pid is as for CommandLine. The caller uses it for a link that names no
// compiler: libtool drops clang's flag for distributors, and with it the compiler that
// clang would name, but not the flag by which lld itself is told of the distributor.
func Compiler(pid int) (string, error) {
	pid, _, err := findLinker(pid)
	for i := 0; err == nil && i < generations; i++ {
		if pid, err = parentOf(pid); err != nil || pid <= 0 {
			break
		}
		program, err := os.Readlink(procFile(pid, "exe"))
		if err != nil {
			return "", err
		}
		switch strings.TrimRight(filepath.Base(program), "0123456789.-") {
		case "clang", "clang++": // but not clang-tidy
			return program, nil
		}
	}
	if err != nil {
		return "", err
	}
	return "", errors.New("lld wasn't started by clang")
}

// namesDistributor reports whether an argument is the option by which lld
// starts a distributor. It has no other spelling.
func namesDistributor(arg string) bool { return strings.HasPrefix(arg, "--thinlto-distributor=") }

// parentOf returns the id of a process's parent. In /proc/PID/stat it follows the
// program's name, which is in parentheses and may hold parentheses itself.
func parentOf(pid int) (int, error) {
	stat, err := os.ReadFile(procFile(pid, "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0, fmt.Errorf("%s has another format than expected", procFile(pid, "stat"))
	}
	return strconv.Atoi(fields[1])
}

func procFile(pid int, name string) string { return filepath.Join("/proc", strconv.Itoa(pid), name) }
