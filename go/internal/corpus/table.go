//go:build unix

package main

import (
	"fmt"
	"slices"
	"time"
)

// A row is what was seen of one library.
type row struct {
	name        string
	reason      string // why its source isn't cached, or ""
	plain, ours []time.Duration
}

// ratio is the median of the pairs' ratios.
func (r row) ratio() float64 {
	ratios := make([]float64, len(r.ours))
	for i := range r.ours {
		ratios[i] = r.ours[i].Seconds() / r.plain[i].Seconds()
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func (r row) String() string {
	result := "yes"
	if r.reason != "" {
		result = r.reason
	}
	plain := slices.Sorted(slices.Values(r.plain))
	return fmt.Sprintf("| %s | %s | %.2f s | %.2f× |", r.name, result, plain[len(plain)/2].Seconds(), r.ratio())
}

func printTable(rows []row) {
	fmt.Println("| library | cached | clang | a miss, against clang |")
	fmt.Println("| --- | --- | --- | --- |")
	cached, slowest := 0, row{}
	for _, r := range rows {
		fmt.Println(r)
		if r.reason == "" {
			cached++
		}
		if slowest.name == "" || r.ratio() > slowest.ratio() {
			slowest = r
		}
	}
	if len(rows) > 0 {
		fmt.Printf("\n%d of %d are cached. The slowest miss takes %.2f times as long as clang (%s).\n",
			cached, len(rows), slowest.ratio(), slowest.name)
	}
}
