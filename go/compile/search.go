package compile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"thinrex/go/compile/searchpath"
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
	sum := sha256.Sum256([]byte(strings.Join(question, "\x00")))
	memo := c.state("search-" + hex.EncodeToString(sum[:16]) + ".json")
	if known := recall(memo); known != nil && known.Stands() {
		return known, nil
	}
	search, err := searchpath.Ask(ctx, c.compiler.Path, q)
	if err == nil && search.Lasts() {
		if data, err := json.Marshal(search); err == nil {
			_ = replace(memo, data, 0o666) // the next compilation only asks again
		}
	}
	return search, err
}

// recall returns what was remembered, nil for nothing.
func recall(memo string) *searchpath.SearchPath {
	var known searchpath.SearchPath
	data, err := os.ReadFile(memo)
	if err != nil || json.Unmarshal(data, &known) != nil || len(known.Installs) == 0 {
		return nil
	}
	return &known
}
