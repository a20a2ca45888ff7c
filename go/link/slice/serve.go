package slice

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Abilities are what thinrex-slicer can do with a module. Their errors say why it can't be
// done with this one.
type Abilities struct {
	LLVM string // the version of the library that does it
	Cut  func(Request) ([]byte, error)
	List func(path string) ([]Value, error)
}

// Serve answers requests from r on w until r ends. open loads LLVM; its error is the
// answer to all requests.
func Serve(r io.Reader, w io.Writer, open func() (Abilities, error)) error {
	able, err := open()
	if err != nil {
		return errors.Join(err, writeMessage(w, kindUnable, []byte(err.Error())))
	}
	if err := writeMessage(w, kindReady, []byte(able.LLVM)); err != nil {
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
		answer, content, err := able.answer(kind, content)
		if err != nil {
			return err
		}
		if err := writeMessage(w, answer, content); err != nil {
			return err
		}
	}
}

// answer does what a message asks for. An error means that the other side is no thinrex of
// this version.
func (able Abilities) answer(kind byte, content []byte) (answer byte, reply []byte, err error) {
	var refused error
	switch kind {
	case kindRequest:
		request, err := decode(content)
		if err != nil {
			return 0, nil, err
		}
		answer = kindSlice
		reply, refused = able.Cut(request)
	case kindList:
		var values []Value
		answer = kindValues
		if values, refused = able.List(string(content)); refused == nil {
			reply, refused = json.Marshal(values)
		}
	default:
		return 0, nil, fmt.Errorf("a message of kind %q that is no request", kind)
	}
	if refused != nil {
		return kindRefusal, []byte(refused.Error()), nil
	}
	return answer, reply, nil
}
