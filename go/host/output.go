package host

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"
)

// An output collects what a process writes to one of its streams.
//
// Package exec could read the pipe, too. But it drops what is still in the pipe when
// WaitDelay is over after the end of the process. On a busy machine we would then take a
// part of the output for all of it.
type output struct {
	pipe *os.File
	kept bounded
	done chan struct{}
}

// start starts a process with these outputs.
func start(cmd *exec.Cmd, stdout, stderr *output) error {
	w1, err1 := stdout.connect()
	w2, err2 := stderr.connect()
	err := errors.Join(err1, err2)
	if err == nil {
		cmd.Stdout, cmd.Stderr = w1, w2
		err = cmd.Start()
	}
	w1.Close() // the process has inherited its own copies
	w2.Close()
	if err != nil {
		stdout.pipe.Close()
		stderr.pipe.Close()
		return err
	}
	go stdout.read()
	go stderr.read()
	return nil
}

func (o *output) connect() (w *os.File, err error) {
	o.done = make(chan struct{})
	o.pipe, w, err = os.Pipe()
	return w, err
}

// read reads until all writers have closed the pipe, or until the deadline. After the
// deadline it still reads what is in the pipe.
func (o *output) read() {
	defer close(o.done)
	defer o.pipe.Close()
	if _, err := io.Copy(&o.kept, o.pipe); errors.Is(err, os.ErrDeadlineExceeded) {
		drain(o.pipe, &o.kept)
	}
}

// finish returns the output of a process that has ended. It waits for children that still
// have the pipe, but only until then.
func (o *output) finish(until time.Time) []byte {
	if o.pipe.SetReadDeadline(until) != nil { // closed already, or this is Windows
		defer time.AfterFunc(time.Until(until), func() { o.pipe.Close() }).Stop()
	}
	<-o.done
	return o.kept.buf.Bytes()
}

// bounded keeps the first maxOutput bytes that are written to it, and drops the rest.
type bounded struct{ buf bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.buf.Write(p[:min(len(p), maxOutput-b.buf.Len())])
	return len(p), nil
}
