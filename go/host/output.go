package host

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"
)

// An output takes what a process writes to one of its streams.
//
// Package exec could read the pipe. But when its WaitDelay is over after the
// process has ended, it throws away what is still in there: then a process of
// ours that got no time to read would take a part for the whole.
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
	w1.Close() // the process has its own
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

// read reads until nobody can write any more, or until the deadline, and then
// at least what is there.
func (o *output) read() {
	defer close(o.done)
	defer o.pipe.Close()
	if _, err := io.Copy(&o.kept, o.pipe); errors.Is(err, os.ErrDeadlineExceeded) {
		drain(o.pipe, &o.kept)
	}
}

// finish returns what the process wrote, which has ended. Children that still
// have the pipe are waited for until then.
func (o *output) finish(until time.Time) []byte {
	if o.pipe.SetReadDeadline(until) != nil { // closed already, or this is Windows
		defer time.AfterFunc(time.Until(until), func() { o.pipe.Close() }).Stop()
	}
	<-o.done
	return o.kept.buf.Bytes()
}

// bounded keeps the first maxOutput bytes and takes the rest without keeping
// it.
type bounded struct{ buf bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.buf.Write(p[:min(len(p), maxOutput-b.buf.Len())])
	return len(p), nil
}
