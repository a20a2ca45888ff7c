package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The whole program watches the linker that started the front, even if that is gone by now.
func TestParentProcess(t *testing.T) {
	ctx := context.WithValue(context.Background(), startKey{}, start{parent: 4711})
	_, own, _ := strings.Cut(handedOverVariable(ctx), "=")
	for value, want := range map[string]int{
		own:                                  4711,
		fmt.Sprintf("%d 4711", os.Getppid()): os.Getppid(), // another process's
		"":                                   os.Getppid(),
	} {
		t.Setenv(handedOver, value)
		got := parentProcess()
		if _, left := os.LookupEnv(handedOver); got != want || left {
			t.Errorf("%q: %d, want %d; left: %v", value, got, want, left)
		}
	}
}
