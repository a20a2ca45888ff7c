package store

import (
	"errors"

	"thinrex/go/action"
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

// Those that only other programs write.
const (
	outputDirectories = 3 // of an ActionResult; the symbolic links behind it likewise
	fileSymlinks      = 10
	folderSymlinks    = 11
	symlinks          = 12
)

// writeEntry returns a file of the Action Cache.
func writeEntry(r *action.ResultMessage) ([]byte, error) {
	var m wire.Message
	for _, f := range r.Files {
		m.Part(outputFiles, func() {
			m.Text(1, f.Path)
			f.Digest.Write(&m, 2)
		})
	}
	m.Number(exitCode, int64(r.ExitCode))
	m.Data(stdoutRaw, r.Stdout.Raw)
	writeDigest(&m, stdoutDigest, r.Stdout.Digest)
	m.Data(stderrRaw, r.Stderr.Raw)
	writeDigest(&m, stderrDigest, r.Stderr.Digest)
	if r.Start != nil {
		m.Part(metadata, func() {
			writeTimestamp(&m, executionStart, r.Start)
			writeTimestamp(&m, executionCompleted, r.Completed)
		})
	}
	return m.Bytes()
}

func writeTimestamp(m *wire.Message, field wire.Field, t *action.Timestamp) {
	m.Part(field, func() {
		m.Number(1, t.Seconds)
		m.Number(2, int64(t.Nanos))
	})
}

func writeDigest(m *wire.Message, field wire.Field, d digest.Digest) {
	if d != (digest.Digest{}) {
		d.Write(m, field)
	}
}

var errEntry = errors.New("not an ActionResult")

// readEntry returns the result in a file of the Action Cache, whichever program wrote it.
// own reports whether it holds nothing but what this package writes.
func readEntry(data []byte) (m *action.ResultMessage, own bool, err error) {
	r := &wire.Reader{}
	m = &action.ResultMessage{}
	r.Message(data, outputFiles, func(v wire.Value) bool {
		switch {
		case v.Field == exitCode && v.IsNumber:
			m.ExitCode = int32(v.Number)
			return true
		case !v.IsText:
			return false
		}
		switch v.Field {
		case outputFiles:
			m.Files = append(m.Files, readOutputFile(r, v.Text))
		case stdoutRaw:
			m.Stdout.Raw = v.Text
		case stdoutDigest:
			m.Stdout.Digest.Read(r, v.Text)
		case stderrRaw:
			m.Stderr.Raw = v.Text
		case stderrDigest:
			m.Stderr.Digest.Read(r, v.Text)
		case metadata:
			readMetadata(r, m, v.Text)
		case outputDirectories, fileSymlinks, folderSymlinks, symlinks:
			m.Irregular++
			return false
		default:
			return false
		}
		return true
	})
	if r.Damaged {
		return nil, false, errEntry
	}
	return m, !r.Foreign, nil
}

func readMetadata(r *wire.Reader, m *action.ResultMessage, data []byte) {
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == executionStart && v.IsText:
			readTimestamp(r, &m.Start, v.Text)
		case v.Field == executionCompleted && v.IsText:
			readTimestamp(r, &m.Completed, v.Text)
		default:
			return false
		}
		return true
	})
}

func readTimestamp(r *wire.Reader, t **action.Timestamp, data []byte) {
	if *t == nil {
		*t = new(action.Timestamp)
	}
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsNumber:
			(*t).Seconds = int64(v.Number)
		case v.Field == 2 && v.IsNumber:
			(*t).Nanos = int32(v.Number)
		default:
			return false
		}
		return true
	})
}

func readOutputFile(r *wire.Reader, data []byte) (f action.FileMessage) {
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsText:
			f.Path = r.String(v)
		case v.Field == 2 && v.IsText:
			f.Digest.Read(r, v.Text)
		default:
			return false
		}
		return true
	})
	return f
}
