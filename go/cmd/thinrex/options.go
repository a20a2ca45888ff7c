package main

import (
	"context"
	"os"

	"thinrex/go/cmd/thinrex/settings"
	"thinrex/go/config"
	"thinrex/go/link"
	"thinrex/go/report"
	"thinrex/go/store"
)

// options are the settings of one run, and the flags that they come from.
type options struct {
	settings.Settings
	flags *config.Flags
}

// complete adds what the environment and configuration files say.
func (o *options) complete() error {
	if err := o.flags.Complete(&o.Config, os.LookupEnv); err != nil {
		return &usageError{err}
	}
	return nil
}

// completeHere is complete for the commands that the front has. If the options name a service
// that is to be used, the whole program takes over from the front.
func (o *options) completeHere(ctx context.Context) error {
	if err := o.complete(); err != nil {
		return err
	}
	if o.hasService() && !o.Shared.Disable {
		return handOver(ctx)
	}
	return nil
}

func (o *options) hasService() bool { return o.Remote.Cache != "" || o.Remote.Executor != "" }

// turnOff makes a link run its jobs as the linker wrote them.
func (o *options) turnOff() {
	o.Store.Dir, o.Remote.Cache, o.Remote.Executor = "", "", ""
	o.Link.Strategy, o.Link.AsWritten = link.Local, true
}

// warnOfVariables warns of variables that look like an option's and are none.
func (o *options) warnOfVariables(terminal *report.Terminal) {
	for _, sentence := range o.flags.UnknownVariables(os.Environ()) {
		terminal.WarnOnce(sentence, "%s", sentence)
	}
}

// policy is what --thinlto_cache_policy says.
func (o *options) policy() (store.Policy, error) {
	policy, err := store.ParsePolicy(o.Store.Policy)
	if err != nil {
		return policy, usagef("--thinlto_cache_policy: %w", err)
	}
	return policy, nil
}

// strategy is what --exec_strategy says, or what --remote_executor stands for.
func (o *options) strategy() link.Strategy {
	switch {
	case o.Link.Strategy != link.ByExecutor:
		return o.Link.Strategy
	case o.Remote.Executor != "":
		return link.Fallback
	}
	return link.Local
}

// checkStrategy fails if the strategy needs workers that nothing names.
func (o *options) checkStrategy() error {
	if s := o.strategy(); s != link.Local && o.Remote.Executor == "" {
		return usagef("--exec_strategy=%s needs a --remote_executor", s)
	}
	return nil
}
