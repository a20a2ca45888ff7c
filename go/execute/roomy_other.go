//go:build !linux

package execute

func isRoomy(string) bool { return false }
