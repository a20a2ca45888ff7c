package store

import (
	"unicode/utf8"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The fields of ActionResult, OutputFile and Digest that this package writes: their
// numbers in remote_execution.proto, with their types on the wire.
const (
	outputFiles  = 2<<3 | uint64(protowire.BytesType)
	exitCode     = 4<<3 | uint64(protowire.VarintType)
	stdoutRaw    = 5<<3 | uint64(protowire.BytesType)
	stdoutDigest = 6<<3 | uint64(protowire.BytesType)
	stderrRaw    = 7<<3 | uint64(protowire.BytesType)
	stderrDigest = 8<<3 | uint64(protowire.BytesType)

	filePath   = 1<<3 | uint64(protowire.BytesType)
	fileDigest = 2<<3 | uint64(protowire.BytesType)

	digestHash = 1<<3 | uint64(protowire.BytesType)
	digestSize = 2<<3 | uint64(protowire.VarintType)
)

// readEntry returns the result in a file of the Action Cache. The protobuf library takes
// a quarter of a millisecond to get ready, which is much for a hit of thinrex cc. So it
// reads only what this package doesn't write.
func readEntry(data []byte) (*repb.ActionResult, error) {
	if p, ok := readOwnEntry(data); ok {
		return p, nil
	}
	p := new(repb.ActionResult)
	return p, proto.Unmarshal(data, p)
}

// readOwnEntry fails for all but what this package writes.
func readOwnEntry(data []byte) (p *repb.ActionResult, ok bool) {
	p = new(repb.ActionResult)
	return p, eachField(data, outputFiles, func(field uint64, text []byte, number uint64) (ok bool) {
		switch field {
		case outputFiles:
			f, ok := readOutputFile(text)
			p.OutputFiles = append(p.OutputFiles, f)
			return ok
		case exitCode:
			p.ExitCode = int32(number)
		case stdoutRaw:
			p.StdoutRaw = text
		case stdoutDigest:
			p.StdoutDigest, ok = readDigest(text)
			return ok
		case stderrRaw:
			p.StderrRaw = text
		case stderrDigest:
			p.StderrDigest, ok = readDigest(text)
			return ok
		default:
			return false
		}
		return true
	})
}

func readOutputFile(data []byte) (f *repb.OutputFile, ok bool) {
	f = new(repb.OutputFile)
	return f, eachField(data, 0, func(field uint64, text []byte, _ uint64) (ok bool) {
		switch field {
		case filePath:
			f.Path = string(text)
			return utf8.Valid(text)
		case fileDigest:
			f.Digest, ok = readDigest(text)
		}
		return ok
	})
}

func readDigest(data []byte) (d *repb.Digest, ok bool) {
	d = new(repb.Digest)
	return d, eachField(data, 0, func(field uint64, text []byte, number uint64) bool {
		switch field {
		case digestHash:
			d.Hash = string(text)
			return utf8.Valid(text)
		case digestSize:
			d.SizeBytes = int64(number)
			return true
		}
		return false
	})
}

// eachField calls take for each field of a message, until it returns false. The fields
// must be texts and numbers, in their order, each once but for a list.
func eachField(data []byte, list uint64, take func(field uint64, text []byte, number uint64) bool) bool {
	for last := uint64(0); len(data) > 0; {
		field, n := protowire.ConsumeVarint(data)
		if n < 0 || field < last || field == last && field != list {
			return false
		}
		data, last = data[n:], field
		var text []byte
		var number uint64
		switch protowire.Type(field & 7) {
		case protowire.BytesType:
			text, n = protowire.ConsumeBytes(data)
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(data)
		default:
			return false
		}
		if n < 0 || !take(field, text, number) {
			return false
		}
		data = data[n:]
	}
	return true
}
