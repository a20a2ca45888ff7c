package history

import "thinrex/go/option"

// Options say what is remembered.
type Options struct {
	Keep bool // how links and compilations went
}

// Rows sets the defaults and describes the options.
func (o *Options) Rows() []option.Row {
	return []option.Row{
		{
			Name:  "history",
			Value: option.Bool(&o.Keep, true),
			Group: option.Output,
			Usage: "remember how links and compilations went",
			Doc:   "remember on this machine how links and compilations went: see [history.md](history.md)",
		},
	}
}
