package compile

import (
	"os"

	"thinrex/go/compile/cppscan"
	"thinrex/go/host"
)

// mayReadStandardInput reports whether a compilation that failed, and so hasn't listed
// what it read, may have looked for something on standard input, where it found ours.
// It looks through all that the source may include. Where it can't follow an include,
// or has no time left, the answer is yes: that only makes a compilation fail twice.
func (r *request) mayReadStandardInput(spent *budget) bool {
	files := append(r.search.Forced(r.in.Forced), r.in.Source)
	folders := host.NewProcessFolders()
	seen, asked := map[string]bool{}, map[cppscan.Probe]bool{}
	for i := 0; i < len(files); i++ {
		data, err := os.ReadFile(files[i])
		if err != nil {
			continue
		}
		text := cppscan.Scan(data)
		if text.Computed || text.Reason != "" {
			return true
		}
		for _, p := range text.Probes {
			if spent.Err() != nil {
				return true
			}
			places := r.search.Beside(files[i], p.Name, p.Quoted)
			if all := (cppscan.Probe{Name: p.Name, Quoted: p.Quoted}); !asked[all] {
				asked[all] = true
				places = append(places, r.search.OnPath(p.Name, p.Quoted)...)
			}
			for _, place := range places {
				if seen[place] {
					continue
				}
				seen[place] = true
				fi, err := os.Stat(place)
				if err != nil || fi.IsDir() {
					continue
				}
				if !fi.Mode().IsRegular() || fi.Size() > spent.mostText() || folders.Lead(place, true) {
					return true
				}
				files = append(files, place)
			}
		}
	}
	return false
}
