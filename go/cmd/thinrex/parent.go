package main

import (
	"context"
	"fmt"
	"os"
)

// handedOver is the variable by which the front tells the whole program, which has the same
// process number, that number and its parent's. Asked by the whole program itself, the system
// may name another process already: a linker that was killed meanwhile has no children.
const handedOver = "THINREX_HANDED_OVER"

// startKey is that of the start in a context.
type startKey struct{}

// handedOverVariable is for handOver.
func handedOverVariable(ctx context.Context) string {
	parent := os.Getppid()
	if started, ok := ctx.Value(startKey{}).(start); ok {
		parent = started.parent
	}
	return fmt.Sprintf("%s=%d %d", handedOver, os.Getpid(), parent)
}

// parentProcess returns the process that started this one. No other program, such as a
// compiler, sees the variable.
func parentProcess() int {
	value, ok := os.LookupEnv(handedOver)
	if !ok {
		return os.Getppid()
	}
	_ = os.Unsetenv(handedOver) // which fails for impossible names only
	var self, parent int
	if _, err := fmt.Sscan(value, &self, &parent); err != nil || self != os.Getpid() {
		return os.Getppid()
	}
	return parent
}
