//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"time"
)

// historyOfHits compares a link whose jobs all hit with the same link without what people
// may look at later or meanwhile: the history and progress.
func (b *bench) historyOfHits() error {
	p, err := b.program()
	if err != nil {
		return err
	}
	with := p.link("kept", "-fthinlto-distributor="+b.thinrex)
	with.env = []string{"THINREX_DISK_CACHE=" + filepath.Join(b.dir, "historycache"), "THINREX_PROGRESS=plain"}
	without := with
	without.env = []string{with.env[0], "THINREX_HISTORY=false", "THINREX_PROGRESS=off"}
	if _, err := with.run(); err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // as in warmLink
	withRuns, withoutRuns, err := b.pair(with, without, nil)
	if err != nil {
		return err
	}
	b.add(fmt.Sprintf("all-hit link of %d modules with history and progress vs. without", b.modules),
		fmt.Sprintf("%s vs. %s", ms(median(withRuns, wall)), ms(median(withoutRuns, wall))),
		fmt.Sprintf("%.3f×", medianRatio(withRuns, withoutRuns)), "≤ 1.02×")
	return nil
}
