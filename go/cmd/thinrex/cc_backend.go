package main

import (
	"context"
	"errors"
	"os"

	"thinrex/go/compile"
	"thinrex/go/host"
	"thinrex/go/host/filedigest"
	"thinrex/go/host/memo"
	"thinrex/go/link"
	"thinrex/go/link/backend"
	"thinrex/go/report"
)

// ccBackend is cc for the command of a ThinLTO backend, which is one job of a link.
func ccBackend(ctx context.Context, args []string, o *options, terminal *report.Terminal, started start) error {
	policy, err := o.policy()
	if err != nil {
		return err
	}
	if err := o.checkStrategy(); err != nil {
		return err
	}
	options := linkOptions(o, terminal, started)
	env := compile.Environment(os.Environ(), o.Shared.ActionEnv)
	s := openStore(o.Store.Dir, o.Shared.DigestFunction, terminal)
	past := openHistory(o, stateDir(s, o.Shared.DigestFunction), terminal)
	record := past.newBackend(started)
	command, err := backend.Parse(args[0], args[1:], env)
	if err != nil {
		terminal.Verbose("not cached: %v", err)
		past.addNotCached(record, err, args)
		return runPlain(ctx, args, env)
	}
	if record != nil {
		record.Source, record.Output = command.Module, command.Object
		options.Journal = link.NewJournal()
	}
	options.Slots = host.NewSlots(1, "") // the build system has given this process its slot
	if s != nil {
		options.Cache = s
	}
	options.StateDir = stateDir(s, o.Shared.DigestFunction)
	options.Files = filedigest.Open(memo.Path(options.StateDir, memo.LinkDigests, memo.Host()), o.Shared.DigestFunction)
	service := newBackendService(ctx, o, options.StateDir, terminal)
	if service != nil {
		options.Remote = service
	}
	summary, err := link.RunCommand(ctx, command, options)
	if service != nil {
		_ = service.Close() // not deferred: runPlain doesn't come back
	}
	_ = options.Files.Save() // else the next process hashes the modules again
	if err != nil {
		needsService := options.Strategy == link.Remote && !isOfCommand(err)
		if ctx.Err() != nil || needsService || errors.Is(err, link.ErrSlicesDiffer) {
			return err
		}
		terminal.Verbose("not cached: %v", err)
		past.addNotCached(record, err, args)
		return runPlain(ctx, args, env)
	}
	if record != nil {
		noteJob(record, options.Journal.Jobs(), args[1:])
		past.addCompilation(record)
	}
	terminal.Verbose("%s: %s", command.Module, outcomeOf(summary))
	if command.Forgotten {
		terminal.Verbose("%s: the index %s doesn't name this module, so the compiler leaves out its functions"+
			" (give the module by the path that it has in the link)", command.Module, command.Index)
	}
	if summary.Local+summary.Remote+summary.RemoteHits > 0 { // something was stored on the disk
		pruneAfterCompilation(ctx, s, policy, started.at, terminal)
	}
	sweepState(ctx, s, options.StateDir, policy)
	return nil
}

// isOfCommand reports whether an error is one of the command itself, and not of the service
// that must execute it.
func isOfCommand(err error) bool {
	_, environment := errors.AsType[*host.EnvironmentError](err)
	return !environment
}

// outcomeOf says for --verbose what happened to a backend's command.
func outcomeOf(s report.Summary) string {
	switch {
	case s.RemoteHits > 0:
		return "remote hit"
	case s.Hits > 0:
		return "hit"
	case s.Remote > 0:
		return "compiled on a worker"
	case s.Uncached > 0:
		return "compiled, not stored"
	}
	return "compiled"
}
