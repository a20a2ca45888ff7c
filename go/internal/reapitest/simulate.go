package reapitest

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"time"
)

// simulatedSize is the size in bytes of a simulated output.
const simulatedSize = 8 << 10

// Simulate returns an ExecuteFunc that waits for d and then pretends that the command
// wrote each declared output: a minimal ELF object that differs by action.
func Simulate(d time.Duration) ExecuteFunc {
	return func(ctx context.Context, job *Job) (*Result, error) {
		if d > 0 {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		r := &Result{}
		for _, path := range job.Outputs() {
			r.Outputs = append(r.Outputs, Output{Path: path, Data: fakeObject(job.Digest.Hash + path)})
		}
		return r, nil
	}
}

func fakeObject(seed string) []byte {
	content := make([]byte, simulatedSize-len(objectHeader))
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(seed))).Read(content) // never fails
	return Object(string(content))
}

// objectHeader is an ELF header, followed by a section table with the one empty
// section that all objects have.
const objectHeader = "\x7fELF\x02\x01\x01\x00" + eightZeros +
	"\x01\x00\x3e\x00\x01\x00\x00\x00" + eightZeros + eightZeros + // a relocatable x86-64 object
	"\x40\x00\x00\x00\x00\x00\x00\x00" + // the offset of the table
	"\x00\x00\x00\x00\x40\x00\x00\x00\x00\x00\x40\x00\x01\x00\x00\x00" + // the size of an entry, how many
	eightZeros + eightZeros + eightZeros + eightZeros + eightZeros + eightZeros + eightZeros + eightZeros

const eightZeros = "\x00\x00\x00\x00\x00\x00\x00\x00"

// Object returns bytes that pass the check of an object file, with content that belongs
// to no section.
func Object(content string) []byte { return []byte(objectHeader + content) }
