//go:build !linux

package main

// boundMemory does nothing: on this system no module is cut.
func boundMemory() {}
