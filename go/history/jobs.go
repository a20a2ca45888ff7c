package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"thinrex/go/host/memo"
)

const (
	mostLinks     = 200       // of which details are kept
	linksAtOnce   = 16        // are removed, or come before the sizes are asked for again
	mostLinkBytes = 128 << 20 // of all details but the last ones, which may come before the next check
	longestJobs   = 512 << 20 // bytes of a link's details when they are read
)

// ErrNoJobs says that the details of a link aren't kept: only those of the last ones are.
var ErrNoJobs = errors.New("the details of this link aren't kept any more")

// ErrLater says that the details of a link were written by a later thinrex.
var ErrLater = errors.New("the details of this link are of a later thinrex")

// Jobs returns the details of a link. The error is ErrNoJobs, ErrLater, or says why the file
// can't be read.
func (f Folder) Jobs(id string) (*Jobs, error) {
	if !f.IsKept() || id == "" || strings.ContainsAny(id, `/\`) {
		return nil, ErrNoJobs
	}
	path := f.jobsPath(id)
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoJobs
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	data, err := io.ReadAll(io.LimitReader(decoder, longestJobs))
	jobs := new(Jobs)
	if err == nil {
		if err = json.Unmarshal(data, jobs); err != nil && versionOf(data) > Version {
			return nil, ErrLater
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the details of a link in %s: %w", path, err)
	case jobs.Version > Version:
		return nil, ErrLater
	case !jobs.sound():
		return nil, fmt.Errorf("read the details of a link in %s: they don't fit together", path)
	}
	return jobs, nil
}

// sound reports whether all indexes are in their range, so that readers needn't ask.
func (j *Jobs) sound() bool {
	isFile := func(i int32) bool { return i >= 0 && int(i) < len(j.Files) }
	for _, job := range j.Jobs {
		files := slices.Concat([]int32{int32(job.Module)}, job.Imports, job.Inputs)
		if job.Module < 0 || job.Module >= len(j.Files) || !all(files, isFile) {
			return false
		}
		if job.Sliced == nil || len(job.Sliced.Slices) == 0 {
			continue // a very large link doesn't remember all slices
		}
		if len(job.Sliced.Slices) != len(job.Imports) {
			return false
		}
	}
	return true
}

// totals returns how long compilers ran when the hits were made, and in this link.
func (j *Jobs) totals() (saved, ran float64) {
	for _, job := range j.Jobs {
		if job.Outcome == Hit || job.Outcome == Joined {
			saved += job.Ran
		} else {
			ran += job.Ran
		}
	}
	return math.Round(saved*1e3) / 1e3, math.Round(ran*1e3) / 1e3
}

func all(list []int32, ok func(int32) bool) bool {
	return !slices.ContainsFunc(list, func(i int32) bool { return !ok(i) })
}

func (f Folder) jobsPath(id string) string { return memo.Path(f.state, memo.LinkJobs, id) }

// writeJobs writes the details of a link to a file, and removes those of the oldest ones.
func (f Folder) writeJobs(id string, jobs *Jobs) error {
	data, err := jobs.encode()
	if err != nil {
		return err
	}
	path := f.jobsPath(id)
	f.makeRoom(filepath.Dir(path), int64(len(data)))
	return memo.WriteUnsynced(path, data)
}

// encode compresses the details as they are made, job by job: as text they may be long.
func (j *Jobs) encode() ([]byte, error) {
	var compressed bytes.Buffer
	encoder, err := zstd.NewWriter(&compressed,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(256<<10),
		zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(encoder, 64<<10)
	head := *j
	head.Version, head.Files, head.Jobs = Version, nil, nil
	// These are two lists at the end of the object. Each element has its own line.
	begin, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	out.Write(bytes.TrimSuffix(begin, []byte(emptyLists)))
	err = errors.Join(
		writeList(out, `"files":[`, j.Files), writeList(out, `],"jobs":[`, j.Jobs))
	out.WriteString("]}\n")
	if err := errors.Join(err, out.Flush(), encoder.Close()); err != nil {
		return nil, err
	}
	return compressed.Bytes(), nil
}

// emptyLists is the end of a Jobs without files and jobs.
const emptyLists = `"files":null,"jobs":null}`

func writeList[T any](out *bufio.Writer, begin string, list []T) error {
	out.WriteString(begin)
	for i, element := range list {
		data, err := json.Marshal(element)
		if err != nil {
			return err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(data)
	}
	return nil
}

// makeRoom removes the oldest details, so that those of another link stay within the limits.
func (f Folder) makeRoom(dir string, size int64) {
	entries, _ := os.ReadDir(dir) // sorted by name, and so by time
	if n := len(entries); n < mostLinks && n%linksAtOnce != 0 {
		return
	}
	left := mostLinks - linksAtOnce
	for _, e := range slices.Backward(entries) {
		fi, err := e.Info()
		if err != nil || !e.Type().IsRegular() {
			continue
		}
		if size += fi.Size(); left > 0 && size <= mostLinkBytes {
			left--
			continue
		}
		left = 0
		os.Remove(filepath.Join(dir, e.Name())) // another process may have been faster
	}
}
