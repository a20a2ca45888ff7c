package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"thinrex/go/link"
)

// The compiler's messages name each job's own files, wherever the result comes
// from and also where equal jobs share one. Jobs that run as they are keep
// theirs.
func TestMessagesNameOwnFiles(t *testing.T) {
	for _, strategy := range strategies {
		t.Run(strategy.name, func(t *testing.T) {
			w := newWorld(t, []string{"a warn", "a warn", "a warn", "b warn", "c warn"})
			w.runAsIs(4)
			u := setup{strategy: strategy.Strategy, service: service(t), cache: openStore(t)}
			for _, when := range []string{"cold", "from the disk", "from the service"} {
				if when == "from the service" {
					if strategy.Strategy == link.Racing {
						break // what won here isn't in the service
					}
					u.cache = openStore(t)
				}
				w.clean()
				s, err := w.link(within(t), u)
				w.check(s, err)
				want := "thinrex: warning: the job has no -fthinlto-index= argument: compiled here and not cached\n"
				for i, job := range w.file.Jobs {
					shard := job.Shard()
					if i == 4 {
						shard = "" // it has none
					}
					want += fmt.Sprintf("warning: '%s' with '%s' to %s\n", job.Module(), shard, job.Outputs[0])
				}
				if got := sortedLines(w.stderr()); got != sortedLines(want) {
					t.Errorf("%s: stderr:\n%s\nwant\n%s", when, got, sortedLines(want))
				}
			}
		})
	}
}

func sortedLines(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
