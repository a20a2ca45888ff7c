package host

import (
	"fmt"
	"runtime"
	"strconv"

	"thinrex/go/option"
)

// Options say how many commands run here at once, and where.
type Options struct {
	Jobs        Jobs
	SandboxBase string // see NewWorkspace
}

// Jobs is how many commands run at once; 0 for one per core.
type Jobs int

// Count is the number of commands that may run at once.
func (j Jobs) Count() int {
	if j == 0 {
		return runtime.NumCPU()
	}
	return int(j)
}

// Rows sets the defaults and describes the options.
func (o *Options) Rows() []option.Row {
	o.Jobs = 0
	return []option.Row{
		{
			Name:  "jobs",
			Value: &o.Jobs,
			Group: option.Compilations,
			Usage: "how many compilations run at once, a `number` or auto for one per core",
			Doc:   "compilations on this machine at once; `auto`: one per core",
			Phase: option.LinkOnly,
		},
		{
			Name:  "sandbox_base",
			Value: option.Text(&o.SandboxBase, ""),
			Group: option.Compilations,
			Usage: "`folder` in which compilations get private directories" +
				" (default: TMPDIR, else memory, else the temporary folder)",
			Doc:     "folder in which compilations get private directories",
			Default: "[see below](#how-many-compilations-run-and-where)",
			Path:    option.WholePath,
		},
	}
}

// Set takes a positive number, or auto. With String and Type it makes Jobs an
// option.Value.
func (j *Jobs) Set(s string) error {
	if s == "auto" {
		*j = 0
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is neither a positive number nor auto", s)
	}
	*j = Jobs(n)
	return nil
}

func (j *Jobs) String() string {
	if *j == 0 {
		return "auto"
	}
	return strconv.Itoa(int(*j))
}

// Type is the value's name in --help where the row's Usage has none.
func (j *Jobs) Type() string { return "number" }
