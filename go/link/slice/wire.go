package slice

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The two programs talk in messages: a kind, the number of bytes that follow in
// 32 bits, and these. thinrex-slicer begins with ready or unable. Then each request
// gets a slice or a refusal, and each question about values a list of them or a refusal.
const (
	kindReady   = 'V' // the version of LLVM
	kindUnable  = 'U' // why no module can be cut
	kindRequest = 'Q'
	kindSlice   = 'S' // bitcode
	kindList    = 'L' // the path of a module whose values are to be listed
	kindValues  = 'N' // a list of Value, in JSON
	kindRefusal = 'R' // why the module can't be cut
)

// maxMessage bounds what either side reads.
const maxMessage = 256 << 20 // bytes

func writeMessage(w io.Writer, kind byte, content []byte) error {
	head := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(content)))
	_, err := w.Write(append(head, content...))
	return err
}

func readMessage(r io.Reader) (kind byte, content []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	size := binary.LittleEndian.Uint32(head[1:])
	if size > maxMessage {
		return 0, nil, errOtherProgram
	}
	// Memory grows with what arrives, not with what was announced.
	var body bytes.Buffer
	if n, err := io.CopyN(&body, r, int64(size)); err != nil {
		return 0, nil, fmt.Errorf("after %d of %d bytes: %w", n, size, noEOF(err))
	}
	return head[0], body.Bytes(), nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r Request) encode() []byte {
	var data []byte
	for _, guids := range [][]uint64{r.Keep, r.Mention, r.Literals, r.Texts, r.Seen} {
		data = binary.LittleEndian.AppendUint32(data, uint32(len(guids)))
		for _, g := range guids {
			data = binary.LittleEndian.AppendUint64(data, g)
		}
	}
	return append(data, r.Path...)
}

func decode(data []byte) (Request, error) {
	var lists [5][]uint64
	for i := range lists {
		if len(data) < 4 {
			return Request{}, io.ErrUnexpectedEOF
		}
		n := uint64(binary.LittleEndian.Uint32(data))
		data = data[4:]
		if uint64(len(data)) < n*8 {
			return Request{}, io.ErrUnexpectedEOF
		}
		for ; n > 0; n-- {
			lists[i] = append(lists[i], binary.LittleEndian.Uint64(data))
			data = data[8:]
		}
	}
	return Request{
		Path:     string(data),
		Keep:     lists[0],
		Mention:  lists[1],
		Literals: lists[2],
		Texts:    lists[3],
		Seen:     lists[4],
	}, nil
}
