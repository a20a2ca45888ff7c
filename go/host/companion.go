package host

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// A Companion is a program that runs beside this one and is talked to through its
// standard input and output. It ends at the latest when this process does.
type Companion struct {
	In  io.Writer
	Out io.Reader

	cmd    *exec.Cmd
	stderr tail
	in     *os.File
	out    *os.File
	ended  chan struct{}
}

// StartCompanion starts a program. Whoever calls it calls End once.
func StartCompanion(path string, args ...string) (*Companion, error) {
	c := &Companion{cmd: exec.Command(path, args...), ended: make(chan struct{})}
	c.cmd.Env, c.cmd.WaitDelay, c.cmd.Stderr = Inherited(), grace, &c.stderr
	ownGroup(c.cmd)
	c.cmd.Cancel = nil // which only a command with a context has
	in, toIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fromOut, out, err := os.Pipe()
	if err != nil {
		in.Close()
		toIn.Close()
		return nil, err
	}
	c.cmd.Stdin, c.cmd.Stdout = in, out
	c.in, c.out, c.In, c.Out = toIn, fromOut, toIn, fromOut
	started := make(chan error)
	go c.run(started)
	err = <-started
	in.Close()
	out.Close()
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// run starts the program and waits for its end, on one thread: the kernel ends the
// program when the thread that started it ends.
func (c *Companion) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err == nil {
		_ = c.cmd.Wait() // how it ended is of no interest: whoever needed it sees its output end
		close(c.ended)
	}
}

// Kill ends the program and its children at once, as these may hold its output open.
// Reading from Out ends, and writing to In fails. It may be called at any time, also
// after End.
func (c *Companion) Kill() {
	select {
	case <-c.ended: // another group may have its number by now
	default:
		endGroup(c.cmd.Process.Pid)
		_ = c.cmd.Process.Kill()
	}
}

// End ends the program, waits for that, and returns the last it wrote to its standard error.
func (c *Companion) End() string {
	c.Kill()
	<-c.ended
	endGroup(c.cmd.Process.Pid)
	c.close()
	return c.stderr.String()
}

func (c *Companion) close() {
	c.in.Close()
	c.out.Close()
}

// CPU returns how much time the program has spent on a processor, once End was called.
func (c *Companion) CPU() time.Duration {
	return c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
}

// maxTail bounds what is kept of a companion's standard error.
const maxTail = 4 << 10 // bytes

// A tail keeps the last that was written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[max(0, len(p)-maxTail):]...)
	t.kept = t.kept[max(0, len(t.kept)-maxTail):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
