package compile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"thinrex/go/headers"
)

// findHeaders asks the compiler where it looks for headers, unless it has
// answered the same question before and the folders are as they were.
func (c *compilation) findHeaders(ctx context.Context) (*headers.SearchPath, error) {
	question := slices.Concat([]string{c.compiler.Path, c.compiler.Identity, c.Dir}, c.in.SearchArgs, c.in.Env)
	sum := sha256.Sum256([]byte(strings.Join(question, "\x00")))
	memo := c.state("search-" + hex.EncodeToString(sum[:16]) + ".json")
	if known := recall(memo); known != nil && known.Stands() {
		return known, nil
	}
	search, err := headers.Ask(ctx, c.compiler.Path, c.in.SearchArgs, c.Env)
	if err == nil && search.Lasts() {
		if data, err := json.Marshal(search); err == nil {
			_ = replace(memo, data, 0o666) // the next compilation only asks again
		}
	}
	return search, err
}

// recall returns what was remembered, nil for nothing.
func recall(memo string) *headers.SearchPath {
	var known headers.SearchPath
	data, err := os.ReadFile(memo)
	if err != nil || json.Unmarshal(data, &known) != nil || len(known.Installs) == 0 {
		return nil
	}
	return &known
}
