//go:build !linux

package host

func isRoomy(string) bool { return false }
