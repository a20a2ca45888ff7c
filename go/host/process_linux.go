package host

import "syscall"

// dieWithParent has the kernel end the process when thinrex is killed by SIGKILL.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
