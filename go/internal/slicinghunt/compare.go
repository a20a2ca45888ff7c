//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"thinrex/go/link/distfile"
	"thinrex/go/report"
)

// A comparison is what the distributor found out in one link.
type comparison struct {
	Modules     []string // of the jobs
	Different   []string // modules whose objects differ
	Objects     []string // digests of the objects of the whole modules, job by job
	Whole, Part report.Summary
}

const (
	compareFlag    = "-compare="
	comparisonFile = "comparison.json"
)

// comparing says whether this process was started by lld, as its distributor, and
// with which folder.
func comparing(args []string) (dir string, ok bool) {
	if len(args) < 3 {
		return "", false
	}
	return strings.CutPrefix(args[1], compareFlag)
}

// distribute runs the jobs of a dist-file with and without slicing, and compares
// the objects. lld gets those that were made with slicing.
func distribute(dir, file string) (exit int) {
	c, err := compare(dir, file)
	if err == nil {
		var data []byte
		if data, err = json.Marshal(c); err == nil {
			err = os.WriteFile(filepath.Join(dir, comparisonFile), data, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "slicinghunt:", err)
		return 1
	}
	return 0
}

func compare(dir, file string) (*comparison, error) {
	f, err := distfile.Read(file)
	if err != nil {
		return nil, err
	}
	thinrex, err := os.Readlink(filepath.Join(dir, "thinrex"))
	if err != nil {
		return nil, err
	}
	c := &comparison{}
	if c.Whole, err = runThinrex(thinrex, dir, "off", file); err != nil {
		return nil, err
	}
	whole := make([][]byte, len(f.Jobs))
	for i, job := range f.Jobs {
		c.Modules = append(c.Modules, job.Module())
		if whole[i], err = os.ReadFile(job.Outputs[0]); err != nil {
			return nil, err
		}
		c.Objects = append(c.Objects, sum(whole[i]))
		if err := os.Remove(job.Outputs[0]); err != nil {
			return nil, err
		}
	}
	if c.Part, err = runThinrex(thinrex, dir, "auto", file); err != nil {
		return nil, err
	}
	for i, job := range f.Jobs {
		object, err := os.ReadFile(job.Outputs[0])
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(object, whole[i]) {
			c.Different = append(c.Different, job.Module())
			if err := keepBoth(dir, job.Module(), whole[i], object); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// runThinrex runs the jobs with a cache of their own for each way of slicing.
func runThinrex(thinrex, dir, slicing, file string) (report.Summary, error) {
	summary := filepath.Join(dir, slicing+".json")
	cmd := exec.Command(thinrex, "--slicing="+slicing, "--disk_cache="+filepath.Join(dir, slicing),
		"--summary_file="+summary, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return report.Summary{}, fmt.Errorf("--slicing=%s: %w\n%s", slicing, err, out)
	}
	var s report.Summary
	data, err := os.ReadFile(summary)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

// keepBoth keeps two objects that differ.
func keepBoth(dir, module string, whole, part []byte) error {
	name := filepath.Join(dir, strings.ReplaceAll(module, "/", "_"))
	if err := os.WriteFile(name+".whole", whole, 0o644); err != nil {
		return err
	}
	return os.WriteFile(name+".part", part, 0o644)
}
