package compile

import (
	"fmt"
	"os"
	"path/filepath"

	"thinrex/go/option"
)

// Rows sets the defaults of the user's options and describes them.
func (o *Options) Rows() []option.Row {
	return []option.Row{
		{
			Name:  "base_dir",
			Value: option.Text(&o.BaseDir, ""),
			Group: option.CompilePhase,
			Usage: "make absolute paths below this `folder` relative, so that checkouts share results",
			Doc: "an absolute path, or in thinrex.toml one relative to that file; paths below this folder count relative " +
				"to the working directory, so that [checkouts share results](compile.md#another-checkout-ci-and-colleagues)",
			Path:  option.WholePath,
			Phase: option.CompileOnly,
		},
		{
			Name:  "compile_keys",
			Value: option.Choice(&o.Keys, Direct, IR, Both),
			Group: option.CompilePhase,
			Usage: "what is looked up, direct (what the compiler reads), ir (what its front end makes of it) or both",
			Doc: "what is looked up: `direct` (what the compiler reads), `ir` (what its front end makes of it) " +
				"or `both`; see [compile.md](compile.md)",
			Phase: option.CompileOnly,
		},
		{
			Name:  "thinlto_cache_min_insts",
			Value: option.Number(&o.MinInsts, 1024, 0),
			Group: option.CompilePhase,
			Usage: "modules with fewer LLVM instructions have no IR key",
			Phase: option.CompileOnly,
		},
	}
}

// CheckBaseDir fails for a --base_dir below which there is nothing: a typing
// error there would silently cost the hits between checkouts.
func (o *Options) CheckBaseDir() error {
	if o.BaseDir == "" {
		return nil
	}
	if fi, err := os.Stat(o.BaseDir); !filepath.IsAbs(o.BaseDir) || err != nil || !fi.IsDir() {
		return fmt.Errorf("--base_dir=%s: give the absolute path of a folder", o.BaseDir)
	}
	return nil
}
