//go:build unix

package main

import (
	"fmt"
	"path/filepath"
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
	c := command{
		args: []string{b.thinrex, "stats"},
		dir:  b.dir,
		env:  []string{"THINREX_DISK_CACHE=" + cache},
		says: fmt.Sprintf("all %15d", records),
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
	b.add(fmt.Sprintf("thinrex stats over %d records", records),
		fmt.Sprintf("%s; %s of CPU", ms(median(runs, wall)), ms(median(runs, cpu))), "", "≤ 200 ms")
	return nil
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
				Jobs:          274,
				Hits:          250,
				Local:         24,
				Sliced:        20,
				SliceHits:     10,
				SetupSeconds:  0.012,
				LookupSeconds: 0.089,
				WallSeconds:   2.345,
			},
		}, nil)
		if err != nil {
			return err
		}
		err = h.AddCompilation(history.Compilation{
			Started: started,
			Host:    "host",
			Dir:     dir + "/build",
			Project: dir,
			Source:  "../lib/Support/SomeSourceFile.cpp",
			Output:  "lib/Support/CMakeFiles/Support.dir/SomeSourceFile.cpp.o",
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
