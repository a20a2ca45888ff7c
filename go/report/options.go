package report

import "thinrex/go/option"

// Options say what a person gets to see.
type Options struct {
	Verbose     bool
	SummaryFile string // "" for none
}

// Rows sets the defaults and describes the options.
func (o *Options) Rows() []option.Row {
	return []option.Row{
		{
			Name:  "verbose",
			Value: option.Bool(&o.Verbose, false),
			Group: option.Output,
			Usage: "say on stderr how the link went",
			Doc:   "say on stderr how the link went: see [Summary](#summary)",
		},
		{
			Name:  "summary_file",
			Value: option.Text(&o.SummaryFile, ""),
			Group: option.Output,
			Usage: "write a summary of the link to this `file` as JSON",
			Doc:   "write a summary of the link to this file: see [Summary](#summary)",
			Path:  option.WholePath,
			Phase: option.LinkOnly,
		},
	}
}
