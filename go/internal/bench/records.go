//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"thinrex/go/history"
	"thinrex/go/report"
)

// records is how many records the history has that readRecords makes.
const records = 10_000

// readRecords measures the commands that read all of the history.
func (b *bench) readRecords() error {
	cache := filepath.Join(b.dir, "recordscache")
	if err := writeRecords(history.In(filepath.Join(cache, "thinrex"))); err != nil {
		return err
	}
	for _, reader := range []struct {
		args []string
		says string
	}{
		{[]string{"stats"}, fmt.Sprintf("all %15d", records)},
		{[]string{"explain"}, fmt.Sprintf("program: %d jobs, 250 hits", jobsRecorded)},
		{[]string{"explain", "SomeSourceFile7.cpp"}, "hit, from the disk cache"},
	} {
		if err := b.readBy(cache, reader.args, reader.says); err != nil {
			return err
		}
	}
	return nil
}

// readBy measures one command, which prints a text.
func (b *bench) readBy(cache string, args []string, says string) error {
	c := command{
		args: append([]string{b.thinrex}, args...),
		dir:  b.dir,
		env:  []string{"THINREX_DISK_CACHE=" + cache},
		says: says,
	}
	var runs []measure
	for i := range b.runs + 1 { // the first is a warm-up
		m, err := c.run()
		if err != nil {
			return err
		}
		if i > 0 {
			runs = append(runs, m)
		}
	}
	b.add(fmt.Sprintf("thinrex %s over %d records", strings.Join(args, " "), records),
		fmt.Sprintf("%s; %s of CPU", ms(median(runs, wall)), ms(median(runs, cpu))), "", "≤ 200 ms")
	return nil
}

const (
	jobsRecorded    = 274 // of each link
	importsRecorded = 60  // of each job
	detailsRecorded = 40  // links of which there are details
)

// recordedJobs are the details of a link. From link to link, each tenth module changes.
func recordedJobs(link, links int) *history.Jobs {
	if link < links-detailsRecorded {
		return nil
	}
	jobs := &history.Jobs{Args: []string{"-O2"}, Jobs: make([]history.Job, jobsRecorded)}
	for i := range jobs.Jobs {
		jobs.Files = append(jobs.Files, history.File{
			Name:   fmt.Sprintf("lib/Support/CMakeFiles/Support.dir/SomeSourceFile%d.cpp.o", i),
			Digest: fmt.Sprintf("%064x", content(i, link)),
			Size:   123456,
		})
		job := &jobs.Jobs[i]
		*job = history.Job{
			Module: i,
			Key:    fmt.Sprintf("%060x%04x/142", link, i),
			Sliced: &history.Sliced{Key: fmt.Sprintf("%060x%04x/142", link, i)},
			From:   history.FromDisk, Outcome: history.Hit,
		}
		if i >= 250 {
			job.From, job.Outcome = history.FromHere, history.Local
		}
		for k := range importsRecorded {
			job.Imports = append(job.Imports, int32((i+k+1)%jobsRecorded))
			job.Sliced.Slices = append(job.Sliced.Slices, history.Slice{Digest: history.Short(link*k%7 + k), Kept: 1})
		}
	}
	return jobs
}

// content is a number for the content of a module in a link.
func content(module, link int) int {
	if module%10 == 0 {
		return module + 1000*link
	}
	return module
}

// writeRecords adds as many links as compilations, of several projects.
func writeRecords(h history.Folder) error {
	const each = records / 2
	for i := range each {
		started := time.Now().Add(-time.Duration(each-i) * time.Minute)
		dir := fmt.Sprintf("/home/you/src/project%d", i%10)
		err := h.AddLink(history.Link{
			Started:      started,
			Host:         "host",
			Dir:          dir + "/build",
			Project:      dir,
			Strategy:     "local",
			SavedSeconds: 123.456,
			RunSeconds:   7.89,
			Summary: report.Summary{
				Version:       "v0.2.0 (go1.26.8 linux/amd64)",
				LinkerOutput:  "bin/program",
				Jobs:          jobsRecorded,
				Hits:          250,
				Local:         24,
				Sliced:        20,
				SliceHits:     10,
				SetupSeconds:  0.012,
				LookupSeconds: 0.089,
				WallSeconds:   2.345,
			},
		}, recordedJobs(i, each))
		if err != nil {
			return err
		}
		err = h.AddCompilation(history.Compilation{
			Started: started,
			Host:    "host",
			Dir:     dir + "/build",
			Project: dir,
			Source:  fmt.Sprintf("../lib/Support/SomeSourceFile%d.cpp", i%500),
			Output:  fmt.Sprintf("lib/Support/CMakeFiles/Support.dir/SomeSourceFile%d.cpp.o", i%500),
			Phase:   history.CompilePhase,
			Outcome: history.Hit,
			From:    history.FromDisk,
			Key:     fmt.Sprintf("%064x/142", i),
			Seconds: 0.012,
			Ran:     2.345,
			Bytes:   123456,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
