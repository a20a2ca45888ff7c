package clang

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// neededTime bounds the search for the variables that a compiler needs, which serves
// a message only.
const neededTime = 10 * time.Second

// NeededVariables returns the variables of the user's environment, all, that decide
// which program compiles: in o.Env, which lacks them, the compiler doesn't run, or a
// launcher starts another compiler. Then the jobs must get the user's environment,
// and can't be cached. It returns nil for a program that compiles by itself, without
// running it.
func (c *Compiler) NeededVariables(ctx context.Context, o ResolveOptions, all []string) ([]string, error) {
	if realPath, err := filepath.EvalSymlinks(c.Path); err != nil || realPath == c.frontend {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	answer := func(ctx context.Context, env []string) string {
		out, err := outputOf(ctx, c.Path, dir, env, slices.Concat(o.Args, []string{"-###", "-x", "ir", os.DevNull})...)
		if err != nil {
			return ""
		}
		return frontendIn(out)
	}
	wanted := answer(ctx, all)
	if wanted == "" || wanted == c.frontend || ctx.Err() != nil {
		return nil, ctx.Err() // the user's environment is no better, or makes no difference
	}
	bounded, cancel := context.WithTimeout(ctx, neededTime)
	defer cancel()
	names := smallest(o.Env, all, func(env []string) bool { return answer(bounded, env) == wanted })
	return names, ctx.Err()
}

// smallest returns the names of a few variables of all that a program needs to work
// in addition to env: the usual ones if they are enough.
func smallest(env, all []string, works func([]string) bool) (names []string) {
	sorted := slices.Sorted(slices.Values(all))
	for _, usual := range []string{"LD_LIBRARY_PATH", "PATH"} {
		i := slices.IndexFunc(sorted, func(kv string) bool { return strings.HasPrefix(kv, usual+"=") })
		if i < 0 {
			continue
		}
		if works(append(slices.Clone(env), sorted[i])) {
			return []string{usual}
		}
	}
	const most = 4 // a message with more would help nobody
	for env = slices.Clone(env); len(names) < most && !works(env); {
		// The last variable of the shortest beginning that is enough is needed.
		enough, rest := len(sorted), 0
		for rest < enough {
			if half := (rest + enough) / 2; works(slices.Concat(env, sorted[:half])) {
				enough = half
			} else {
				rest = half + 1
			}
		}
		if enough == 0 {
			break
		}
		env = append(env, sorted[enough-1])
		name, _, _ := strings.Cut(sorted[enough-1], "=")
		names = append(names, name)
	}
	return names
}
