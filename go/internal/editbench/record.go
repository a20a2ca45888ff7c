//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"thinrex/go/link/distfile"
)

const recordFlag = "-record="

// A linkRecord is what a link's jobs read and wrote.
type linkRecord struct {
	Imports int // of all jobs together
	Objects []object
}

// An object is one of a link.
type object struct {
	Digest  string // of all its bytes
	Content string // of what it has apart from the hashes in names
}

// distribute is a distributor: it runs another one, and writes what the objects are
// to a file. args are -record=FILE, the other distributor, and its arguments.
func distribute(args []string) (exit int) {
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	if err == nil {
		err = record(strings.TrimPrefix(args[0], recordFlag), args[len(args)-1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "editbench:", err)
		return 1
	}
	return 0
}

func record(to, file string) error {
	f, err := distfile.Read(file)
	if err != nil {
		return err
	}
	var r linkRecord
	for _, job := range f.Jobs {
		data, err := os.ReadFile(job.Outputs[0])
		if err != nil {
			return err
		}
		digest := sha256.Sum256(data)
		o := object{Digest: hex.EncodeToString(digest[:])}
		if o.Content, err = contentOf(data); err != nil {
			return fmt.Errorf("%s: %w", job.Outputs[0], err)
		}
		r.Objects = append(r.Objects, o)
		r.Imports += len(job.Inputs) - 2 // the first two are the module and its shard
	}
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
