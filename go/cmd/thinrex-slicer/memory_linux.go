package main

import "golang.org/x/sys/unix"

// maxMemory bounds what LLVM may allocate for one module. It ends the process beyond that.
const maxMemory = 4 << 30 // bytes

// boundMemory sets the bound. Without it the program works as well.
func boundMemory() {
	limit := unix.Rlimit{Cur: maxMemory, Max: maxMemory}
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &limit)
}
