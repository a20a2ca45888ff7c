package page

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"thinrex/go/history"
	"thinrex/go/history/explain"
	"thinrex/go/report"
)

// A made link has jobs on slots of this machine and on workers, as a real one has.
type made struct {
	jobs           int
	misses         int // of jobs
	here, away     int // slots
	causes, byEach int // how many causes there are, and how many each miss has, at most
}

// content makes the records of a link, always the same for the same numbers.
func (m made) content() Content {
	random := rand.New(rand.NewPCG(1, 2))
	names := m.names(random)
	files := make([]history.File, m.jobs)
	for i := range files {
		files[i] = history.File{Name: names[i], Digest: fmt.Sprintf("%064x", i), Size: int64(20_000 + random.IntN(400_000))}
	}
	jobs := &history.Jobs{Version: history.Version, Files: files}
	free := make([]float64, m.here+m.away) // when each slot is free
	link := history.Link{
		Version:  history.Version,
		ID:       "20260301-101500.000-k3x1",
		Started:  time.Date(2026, 3, 1, 10, 15, 0, 0, time.UTC),
		Host:     "build1",
		Dir:      "/home/you/project/build",
		Project:  "/home/you/project",
		Strategy: "remote_local_fallback",
		Summary:  report.Summary{Version: "0.9.0", LinkerOutput: "bin/server", Jobs: m.jobs},
	}
	var groups []explain.Group
	for i := range m.jobs {
		j := history.Job{
			Module: i,
			Key:    fmt.Sprintf("%064x/142", i),
			Begin:  0.03 + float64(i)*0.0004,
			Lookup: 0.0005 + 0.004*random.Float64(),
			Bytes:  int64(5_000 + random.IntN(200_000)),
			Ran:    runTime(random),
		}
		if i%(max(m.jobs/max(m.misses, 1), 1)) == 0 && link.Summary.Local+link.Summary.Remote < m.misses {
			m.compile(&j, &link, free)
			groups = append(groups, explain.Group{Causes: m.someCauses(random), Modules: names[i : i+1]})
		} else {
			hit(&j, &link, random)
		}
		link.Summary.WallSeconds = max(link.Summary.WallSeconds, j.End)
		jobs.Jobs = append(jobs.Jobs, j)
	}
	link.Summary.BytesDownloaded, link.Summary.BytesUploaded = 31_800_000, 4_200_000
	previous := link
	previous.ID = "20260301-094100.000-a0b7"
	previous.Started = link.Started.Add(-34 * time.Minute)
	previous.Summary.Hits, previous.Summary.Local = m.jobs-1, 1
	previous.Summary.Remote, previous.Summary.WallSeconds = 0, 1.31
	previous.RunSeconds = 0.8
	before := *jobs
	before.Jobs = append([]history.Job(nil), jobs.Jobs...)
	for i := range before.Jobs {
		before.Jobs[i].Outcome, before.Jobs[i].From = history.Hit, history.FromDisk
	}
	return Content{Link: link, Jobs: jobs, Previous: &previous, PreviousJobs: &before, Groups: groups}
}

func (m made) names(random *rand.Rand) []string {
	folders := []string{"CMakeFiles/server.dir/src", "CMakeFiles/server.dir/src/net", "CMakeFiles/server.dir/src/storage",
		"lib/libcodec.a", "CMakeFiles/proto.dir/generated", "third_party/re2"}
	words := []string{"connection", "session", "scheduler", "index", "page_cache", "compaction", "request_parser",
		"huffman", "write_batch", "table_builder", "utf8", "metrics"}
	names := make([]string, m.jobs)
	for i := range names {
		f, w := folders[random.IntN(len(folders))], words[random.IntN(len(words))]
		if f == "lib/libcodec.a" {
			names[i] = fmt.Sprintf("%s(%s_%d.cc.o)", f, w, i)
		} else {
			names[i] = fmt.Sprintf("%s/%s_%d.cc.o", f, w, i)
		}
	}
	return names
}

// runTime is that of a compilation: mostly short, some of them long.
func runTime(random *rand.Rand) float64 { return math.Exp(0.7 * random.NormFloat64()) }

func (m made) compile(j *history.Job, link *history.Link, free []float64) {
	first := 0
	for slot := range free {
		if free[slot] < free[first] {
			first = slot
		}
	}
	j.Cut = 0.02
	j.Start = max(free[first], j.Begin+j.Lookup+j.Cut)
	j.Run, j.Write = j.Ran, 0.001
	j.Outcome, j.From, j.Slot = history.Local, history.FromHere, first
	if first >= m.here {
		j.Outcome, j.From = history.Remote, history.FromWorker("grpc://build.example.com")
		j.Slot, j.Away = first-m.here, true
		j.Run += 0.05
		link.Summary.Remote++
	} else {
		link.Summary.Local++
	}
	j.End = j.Start + j.Run + j.Write
	free[first] = j.End
	link.RunSeconds += j.Ran
}

func (m made) someCauses(random *rand.Rand) (some []explain.Cause) {
	if m.causes == 0 {
		return []explain.Cause{{Kind: explain.FirstTime}}
	}
	seen := map[int]bool{}
	for n := 0; n <= random.IntN(m.byEach); n++ {
		at := int(float64(m.causes) * random.Float64() * random.Float64())
		switch {
		case seen[at]:
		case at == 0:
			return []explain.Cause{{Kind: explain.ModuleChanged}}
		default:
			c := explain.Cause{
				Kind: explain.ImportChanged,
				File: fmt.Sprintf("CMakeFiles/server.dir/src/net/buffer_%d.cc.o", at),
			}
			if at < 3 {
				c.Changed = []string{fmt.Sprintf("net::Buffer::append(char const*, unsigned long) [%d]", at)}
			}
			some = append(some, c)
		}
		seen[at] = true
	}
	return some
}

func hit(j *history.Job, link *history.Link, random *rand.Rand) {
	j.Outcome, j.From = history.Hit, history.FromDisk
	switch random.IntN(10) {
	case 0, 1:
		j.From = history.FromService("grpc://build.example.com")
		j.Lookup += 0.02
		link.Summary.RemoteHits++
	case 2:
		j.Outcome, j.From = history.Joined, history.FromJob
	}
	j.Write = 0.001
	j.End = j.Begin + j.Lookup + j.Write
	link.Summary.Hits++
	link.SavedSeconds += j.Ran
}
