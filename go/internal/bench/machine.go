//go:build unix

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
)

var modelName = regexp.MustCompile(`(?m)^model name\s*:\s*(.*)$`)

func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if m := modelName.FindSubmatch(info); err == nil && m != nil {
		return string(m[1])
	}
	return "unknown processor"
}

func clangVersion() string {
	out, err := exec.Command("clang-22", "--version").Output()
	if err != nil {
		return "no clang-22"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
