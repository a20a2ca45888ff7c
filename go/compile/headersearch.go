package compile

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"thinrex/go/compile/searchpath"
	"thinrex/go/host/memo"
)

// findHeaders returns where the compiler looks for headers and what its driver makes of
// the arguments. It asks the compiler, unless the answer to the same question is
// remembered and all that the compiler looked at for it is as it was.
func (r *request) findHeaders(ctx context.Context) (*searchpath.SearchPath, error) {
	q := searchpath.Question{Search: r.in.SearchArgs, Driver: r.in.DriverArgs, Env: r.options.Env}
	if r.inTwoSteps() {
		q.IR = r.in.IRArgs
	}
	question := slices.Concat([]string{"3", r.compiler.Path, r.compiler.Identity, r.options.Dir},
		q.Search, []string{""}, q.Driver, []string{""}, q.IR, []string{""}, r.in.Env)
	for _, entry := range r.options.Env {
		if strings.HasPrefix(entry, "HOME=") { // a folder of configuration files may lie there
			question = append(question, entry)
		}
	}
	answer := memo.Path(r.options.StateDir, memo.SearchPath, memo.Key(question...))
	if known := recallAnswer(answer); known != nil && known.Stands() {
		return known, nil
	}
	search, err := searchpath.Ask(ctx, r.compiler.Path, q)
	if err == nil && search.Lasts() {
		if data, err := json.Marshal(search); err == nil {
			_ = memo.Write(answer, data) // the next compilation only asks again
		}
	}
	return search, err
}

// recallAnswer returns the search path that is remembered, or nil.
func recallAnswer(answer string) *searchpath.SearchPath {
	var known searchpath.SearchPath
	data, ok := memo.Read(answer)
	if !ok || json.Unmarshal(data, &known) != nil || len(known.Installs) == 0 {
		return nil
	}
	return &known
}
