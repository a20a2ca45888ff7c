package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// endsWithParent makes the kernel kill a child when this process ends.
func endsWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

func askForStacks(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }

// sample reads what the processors have done, see proc_stat(5).
func sample(pid int) (u usage) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return usage{}
	}
	line, _, _ := strings.Cut(string(data), "\n")
	for i, field := range strings.Fields(line) { // cpu user nice system idle iowait irq softirq steal guest guest_nice
		n, _ := strconv.ParseUint(field, 10, 64)
		if i <= 8 { // guests' time is part of user's
			u.all += n
		}
		if i == 4 || i == 5 {
			u.idle += n
		}
	}
	all := processes()
	for _, id := range append(family(all, pid), pid) {
		u.ours += all[id].used
		u.runnable = u.runnable || runs(id)
	}
	return u
}

// runs reports whether a thread of a process is running, or waits for a processor
// or a disk.
func runs(pid int) bool {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		if state := afterName(data)[0]; state == "R" || state == "D" {
			return true
		}
	}
	return false
}

// afterName returns the fields behind the program's name in a stat file; the first
// is the process's state. The name stands in parentheses and may hold any
// character, see proc_pid_stat(5).
func afterName(stat []byte) []string {
	return append(strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])), "")
}

// A process is an entry of /proc.
type process struct {
	parent int
	used   uint64 // ticks, including those of its children that have ended
}

func processes() map[int]process {
	all := map[int]process{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		fields := afterName(data)
		if len(fields) < 15 {
			continue
		}
		p := process{}
		p.parent, _ = strconv.Atoi(fields[1])
		for _, field := range fields[11:15] { // utime stime cutime cstime
			n, _ := strconv.ParseUint(field, 10, 64)
			p.used += n
		}
		all[pid] = p
	}
	return all
}

// family lists all descendants of a process.
func family(all map[int]process, pid int) (ids []int) {
	for id, p := range all {
		if p.parent == pid && id != pid {
			ids = append(append(ids, id), family(all, id)...)
		}
	}
	return ids
}

func descendants(pid int) []int { return family(processes(), pid) }
