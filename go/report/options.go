package report

import "thinrex/go/option"

// Options say what a person gets to see.
type Options struct {
	Verbose     bool
	SummaryFile string // "" for none
	Progress    ProgressMode
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
		{
			Name:  "progress",
			Value: option.Choice(&o.Progress, ProgressAuto, ProgressPlain, ProgressOff),
			Group: option.Output,
			Usage: "how far a link is: auto (a line on a terminal), plain (a new line every 10 s) or off",
			Doc: "how far a link is: `auto` (a line on a terminal, which is gone at the end, and one line about a link " +
				"that took more than a second), `plain` (a new line every 10 s, also in a file) or `off`",
			Phase: option.LinkOnly,
		},
	}
}
