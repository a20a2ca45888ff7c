//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"thinrex/go/internal/randomprogram"
)

// A trial is one random program in a folder.
type trial struct {
	ctx      context.Context
	dir      string // of the sources and objects; the distributor's folder is below it
	program  *randomprogram.Program
	compiled map[string]string // a digest of what an object was made from
	objects  map[string]string // digests of the native objects in the state before
}

// program makes the program of a seed, edits it, and compares each state. An error is
// the end of the hunt: what fails because of a program is counted instead.
func (h *hunt) program(ctx context.Context, seed uint64) error {
	t := &trial{ctx: ctx, dir: filepath.Join(h.dir, fmt.Sprint(seed)), program: randomprogram.New(seed)}
	t.compiled, t.objects = map[string]string{}, map[string]string{}
	defer os.RemoveAll(t.dir)
	if err := os.MkdirAll(t.state(), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(h.thinrex, filepath.Join(t.state(), "thinrex")); err != nil {
		return err
	}
	s := state{seed: seed, edited: "nothing edited"}
	for s.edit = range h.edits + 1 {
		if s.edit > 0 {
			s.edited = t.program.Edit()
		}
		c, err := t.link(h.self)
		if err == nil && s.edit == 0 {
			err = t.checkProgram()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			h.failed(s, err)
			return h.keepTrial(t, seed)
		}
		h.note(s, c, t.changed(c))
		if len(c.Different) > 0 {
			return h.keepTrial(t, seed)
		}
	}
	return nil
}

// A state is a program after some edits.
type state struct {
	seed   uint64
	edit   int
	edited string // what the latest edit did
}

func (s state) String() string { return fmt.Sprintf("seed %d, edit %d (%s)", s.seed, s.edit, s.edited) }

// again is the command that makes the state again.
func (s state) again() string {
	return fmt.Sprintf("slicinghunt -seed %d -seeds 1 -edits %d -keep DIR THINREX", s.seed, s.edit)
}

// state is the distributor's folder.
func (t *trial) state() string { return filepath.Join(t.dir, "state") }

// link compiles what has changed, and links with this program as the distributor.
func (t *trial) link(self string) (*comparison, error) {
	if err := t.compile(); err != nil {
		return nil, err
	}
	result := filepath.Join(t.state(), comparisonFile)
	if err := os.RemoveAll(result); err != nil {
		return nil, err
	}
	if err := t.tool(t.linkCommand("program", "-fthinlto-distributor="+self,
		"-Xthinlto-distributor="+compareFlag+t.state())); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(result)
	if err != nil {
		return nil, err
	}
	c := &comparison{}
	return c, json.Unmarshal(data, c)
}

func (t *trial) linkCommand(output string, flags ...string) []string {
	command := []string{t.program.Compiler() + "-22", "-flto=thin", "-fuse-ld=lld-22", "-o", output}
	command = append(append(command, t.program.LinkFlags()...), flags...)
	for _, s := range t.program.Sources() {
		command = append(command, s.Object())
	}
	return append(command, "-lm")
}

// compile writes the files, and compiles those whose texts have changed.
func (t *trial) compile() error {
	files := t.program.Files()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(t.dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, s := range t.program.Sources() {
		from := sum([]byte(files["shared.h"] + "\x00" + files[s.File]))
		if t.compiled[s.File] == from {
			continue
		}
		command := append([]string{s.Compiler + "-22", "-flto=thin", "-c", s.File, "-o", s.Object()}, s.Flags...)
		if err := t.tool(command); err != nil {
			return err
		}
		t.compiled[s.File] = from
	}
	return nil
}

// tool runs a command in the trial's folder.
func (t *trial) tool(command []string) error {
	cmd := exec.CommandContext(t.ctx, command[0], command[1:]...)
	cmd.Dir = t.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
	}
	return nil
}

// checkProgram compares what the program prints with what it prints when lld has
// compiled it in its own process: the generator must make sound programs.
func (t *trial) checkProgram() error {
	if err := t.tool(t.linkCommand("oracle")); err != nil {
		return err
	}
	var printed [2]string
	for i, name := range []string{"program", "oracle"} {
		out, err := exec.CommandContext(t.ctx, filepath.Join(t.dir, name)).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		printed[i] = string(out)
	}
	if printed[0] != printed[1] {
		return fmt.Errorf("the program prints\n%swhich is not what it prints when linked in process:\n%s",
			printed[0], printed[1])
	}
	return nil
}

// changed counts the jobs whose objects differ from those of the state before.
func (t *trial) changed(c *comparison) (n int) {
	for i, module := range c.Modules {
		if t.objects[module] != c.Objects[i] {
			n++
		}
		t.objects[module] = c.Objects[i]
	}
	return n
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}
