package slice

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// A Cutter cuts modules. Its error says why a module can't be cut.
type Cutter func(Request) ([]byte, error)

// Serve answers requests from r on w until r ends. open makes the cutter and says which
// version of LLVM it has; its error is the answer to all requests.
func Serve(r io.Reader, w io.Writer, open func() (cut Cutter, llvm string, err error)) error {
	cut, llvm, err := open()
	if err != nil {
		return errors.Join(err, writeMessage(w, kindUnable, []byte(err.Error())))
	}
	if err := writeMessage(w, kindReady, []byte(llvm)); err != nil {
		return err
	}
	requests := bufio.NewReader(r)
	for {
		kind, content, err := readMessage(requests)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		request, err := decode(content)
		if err != nil || kind != kindRequest {
			return fmt.Errorf("a message of kind %q that is no request", kind)
		}
		answer, content := byte(kindSlice), []byte(nil)
		if content, err = cut(request); err != nil {
			answer, content = kindRefusal, []byte(err.Error())
		}
		if err := writeMessage(w, answer, content); err != nil {
			return err
		}
	}
}
