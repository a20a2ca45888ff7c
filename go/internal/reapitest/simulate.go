package reapitest

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"time"
)

// simulatedSize is that of a simulated output.
const simulatedSize = 8 << 10

// Simulate takes d and then claims that the command wrote each declared
// output: what has an ELF object's first bytes, and differs by action.
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
	data := make([]byte, simulatedSize)
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(seed))).Read(data) // never fails
	copy(data, "\x7fELF\x02\x01\x01")
	return data
}
