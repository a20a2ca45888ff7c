package store

import (
	"unicode/utf8"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"thinrex/go/digest"
	"thinrex/go/wire"
)

// The fields of ActionResult that this package writes, as remote_execution.proto numbers
// them. An OutputFile has its path and its digest in fields 1 and 2, a Digest its hash and
// its size, a Timestamp its seconds and its nanoseconds.
const (
	outputFiles  = 2
	exitCode     = 4
	stdoutRaw    = 5
	stdoutDigest = 6
	stderrRaw    = 7
	stderrDigest = 8
	metadata     = 9

	executionStart     = 7 // of the metadata
	executionCompleted = 8
)

// writeEntry returns a file of the Action Cache.
func writeEntry(p *repb.ActionResult) ([]byte, error) {
	var m wire.Message
	for _, f := range p.OutputFiles {
		m.Part(outputFiles, func() {
			m.Text(1, f.Path)
			writeDigest(&m, 2, f.Digest)
		})
	}
	m.Number(exitCode, int64(p.ExitCode))
	m.Data(stdoutRaw, p.StdoutRaw)
	writeDigest(&m, stdoutDigest, p.StdoutDigest)
	m.Data(stderrRaw, p.StderrRaw)
	writeDigest(&m, stderrDigest, p.StderrDigest)
	if p.ExecutionMetadata != nil {
		m.Part(metadata, func() {
			writeTimestamp(&m, executionStart, p.ExecutionMetadata.ExecutionStartTimestamp)
			writeTimestamp(&m, executionCompleted, p.ExecutionMetadata.ExecutionCompletedTimestamp)
		})
	}
	return m.Bytes()
}

func writeTimestamp(m *wire.Message, field wire.Field, t *timestamppb.Timestamp) {
	m.Part(field, func() {
		m.Number(1, t.Seconds)
		m.Number(2, int64(t.Nanos))
	})
}

func writeDigest(m *wire.Message, field wire.Field, d *repb.Digest) {
	if d != nil {
		digest.Digest{Hash: d.Hash, Size: d.SizeBytes}.Write(m, field)
	}
}

// readEntry returns the result in a file of the Action Cache. What this package hasn't
// written, the protobuf library reads: see package wire.
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
	return p, wire.Read(data, outputFiles, func(v wire.Value) (ok bool) {
		switch {
		case v.Field == exitCode && !v.IsText:
			p.ExitCode = int32(v.Number)
			return true
		case !v.IsText:
			return false
		}
		switch v.Field {
		case outputFiles:
			f, ok := readOutputFile(v.Text)
			p.OutputFiles = append(p.OutputFiles, f)
			return ok
		case stdoutRaw:
			p.StdoutRaw = v.Text
			return true
		case stdoutDigest:
			p.StdoutDigest, ok = readDigest(v.Text)
		case stderrRaw:
			p.StderrRaw = v.Text
			return true
		case stderrDigest:
			p.StderrDigest, ok = readDigest(v.Text)
		case metadata:
			p.ExecutionMetadata, ok = readMetadata(v.Text)
		}
		return ok
	})
}

func readMetadata(data []byte) (e *repb.ExecutedActionMetadata, ok bool) {
	e = new(repb.ExecutedActionMetadata)
	return e, wire.Read(data, 0, func(v wire.Value) (ok bool) {
		switch {
		case v.Field == executionStart && v.IsText:
			e.ExecutionStartTimestamp, ok = readTimestamp(v.Text)
		case v.Field == executionCompleted && v.IsText:
			e.ExecutionCompletedTimestamp, ok = readTimestamp(v.Text)
		}
		return ok
	})
}

func readTimestamp(data []byte) (t *timestamppb.Timestamp, ok bool) {
	t = new(timestamppb.Timestamp)
	return t, wire.Read(data, 0, func(v wire.Value) (ok bool) {
		switch {
		case v.Field == 1 && !v.IsText:
			t.Seconds, ok = int64(v.Number), true
		case v.Field == 2 && !v.IsText:
			t.Nanos, ok = int32(v.Number), true
		}
		return ok
	})
}

func readOutputFile(data []byte) (f *repb.OutputFile, ok bool) {
	f = new(repb.OutputFile)
	return f, wire.Read(data, 0, func(v wire.Value) (ok bool) {
		switch {
		case v.Field == 1 && v.IsText:
			f.Path, ok = string(v.Text), utf8.Valid(v.Text)
		case v.Field == 2 && v.IsText:
			f.Digest, ok = readDigest(v.Text)
		}
		return ok
	})
}

func readDigest(data []byte) (d *repb.Digest, ok bool) {
	d = new(repb.Digest)
	return d, wire.Read(data, 0, func(v wire.Value) (ok bool) {
		switch {
		case v.Field == 1 && v.IsText:
			d.Hash, ok = string(v.Text), utf8.Valid(v.Text)
		case v.Field == 2 && !v.IsText:
			d.SizeBytes, ok = int64(v.Number), true
		}
		return ok
	})
}
