package host

import "syscall"

// dieWithParent has the kernel end the process when we are killed outright.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
