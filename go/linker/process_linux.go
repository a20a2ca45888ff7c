package linker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"thinrex/go/commandline"
)

// CommandLine returns the arguments of the lld that is the process with this
// id, or one of its next ancestors: the distributor may be a script that
// starts us.
func CommandLine(pid int) ([]string, error) {
	const generations = 3
	for range generations {
		line, err := os.ReadFile(procFile(pid, "cmdline"))
		if err != nil {
			return nil, err
		}
		args := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
		if isLLD(pid, args[0]) {
			args, err = commandline.ExpandResponseFiles(args[1:])
			if err != nil {
				return nil, fmt.Errorf("lld's %w", err)
			}
			return args, nil
		}
		if pid, err = parentOf(pid); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("thinrex wasn't started by lld")
}

// isLLD goes by the program's file or the name it was started by: lld may be
// part of another program, and may be started by any name.
func isLLD(pid int, name string) bool {
	file, err := os.Readlink(procFile(pid, "exe"))
	return err == nil && strings.Contains(filepath.Base(file), "lld") || strings.Contains(filepath.Base(name), "lld")
}

// parentOf reads the id of a process's parent. It stands behind the program's
// name, which is in parentheses and may hold some.
func parentOf(pid int) (int, error) {
	stat, err := os.ReadFile(procFile(pid, "stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0, fmt.Errorf("%s isn't understood", procFile(pid, "stat"))
	}
	return strconv.Atoi(fields[1])
}

func procFile(pid int, name string) string { return filepath.Join("/proc", strconv.Itoa(pid), name) }
