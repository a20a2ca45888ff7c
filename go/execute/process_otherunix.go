//go:build unix && !linux

package execute

import "syscall"

func dieWithParent(*syscall.SysProcAttr) {}
