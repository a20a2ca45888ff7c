package compile

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"thinrex/go/compile/searchpath"
	"thinrex/go/host/memo"
)

// findHeaders asks the compiler where it looks for headers and what its driver
// makes of the arguments, unless it has answered the same question before and
// all that it looked at is as it was.
func (c *compilation) findHeaders(ctx context.Context) (*searchpath.SearchPath, error) {
	q := searchpath.Question{Search: c.in.SearchArgs, Driver: c.in.DriverArgs, Env: c.Env}
	if c.inSteps() {
		q.IR = c.in.IRArgs
	}
	question := slices.Concat([]string{"3", c.compiler.Path, c.compiler.Identity, c.Dir},
		q.Search, []string{""}, q.Driver, []string{""}, q.IR, []string{""}, c.in.Env)
	for _, entry := range c.Env {
		if strings.HasPrefix(entry, "HOME=") { // a folder of configuration files may lie there
			question = append(question, entry)
		}
	}
	answer := memo.Path(c.StateDir, memo.SearchPath, memo.Key(question...))
	if known := recall(answer); known != nil && known.Stands() {
		return known, nil
	}
	search, err := searchpath.Ask(ctx, c.compiler.Path, q)
	if err == nil && search.Lasts() {
		if data, err := json.Marshal(search); err == nil {
			_ = memo.Write(answer, data) // the next compilation only asks again
		}
	}
	return search, err
}

// recall returns what was remembered, nil for nothing.
func recall(answer string) *searchpath.SearchPath {
	var known searchpath.SearchPath
	data, ok := memo.Read(answer)
	if !ok || json.Unmarshal(data, &known) != nil || len(known.Installs) == 0 {
		return nil
	}
	return &known
}
