package link

import (
	"context"
	"crypto/sha256"

	"thinrex/go/host"
	"thinrex/go/link/distfile"
	"thinrex/go/link/executor"
)

// The parts of one link. Each knows only those that it hands its work to.
type parts struct {
	plan      *plan      // decides what becomes of each job
	queues    *queues    // of the tasks that missed
	execution *execution // runs these
	helper    *helper    // compiles here the jobs that a service is silent about
	machine   *executor.Machine
	slicing   *slicing // nil if no action is to be sliced
	service   *serviceWatch
	uploads   *uploads
	outputs   *outputFiles
	failures  *failures
}

// assemble makes the parts of a link and connects them. fail ends all jobs.
func assemble(
	ctx context.Context, f *distfile.File, o Options, c *jobCompiler, t *tally, fail func(),
) *parts {
	l := &parts{
		queues: newQueues(o.Strategy),
		machine: executor.NewMachine(executor.MachineOptions{
			Compiler:    c.path,
			Env:         host.Environ(o.Env),
			Function:    o.Files.Function(),
			SandboxBase: o.SandboxBase,
		}),
		service: &serviceWatch{options: o},
		outputs: &outputFiles{},
		failures: &failures{
			terminal:  o.Terminal,
			tally:     t,
			linker:    &linkerWatch{ctx},
			keepGoing: o.KeepGoing,
			silent:    o.command,
			stop:      fail,
			hint:      hintFor(f.Common, c.path),
			printed:   map[[sha256.Size]byte]bool{},
			confirmed: map[[sha256.Size]byte][sha256.Size]byte{},
		},
	}
	disk, remote := diskCache(o), remoteCache(o, &l.service.awaited)
	l.slicing = newSlicing(o, c, disk, t)
	actions := newActions(c.builder, l.slicing)
	l.uploads = newUploads(ctx, o, remote, &l.service.awaited, t)
	delivery := &delivery{
		actions:  actions,
		disk:     disk,
		uploads:  l.uploads,
		outputs:  l.outputs,
		failures: l.failures,
		tally:    t,
		asWritten: &asWritten{
			machine:  l.machine,
			slots:    o.Slots,
			args:     f.Common.Args[1:],
			outputs:  l.outputs,
			failures: l.failures,
			never:    o.command,
		},
	}
	verifier := &verifier{
		percent:  o.VerifyHits,
		machine:  l.machine,
		disk:     disk,
		remote:   remote,
		slicing:  l.slicing,
		terminal: o.Terminal,
		tally:    t,
	}
	l.helper = newHelper(o, l.machine, actions, &l.service.awaited)
	l.execution = &execution{
		options:  o,
		machine:  l.machine,
		workers:  newWorkers(o, c, &l.service.awaited),
		there:    host.NewSlots(max(1, o.RemoteTasks), ""),
		trust:    executor.NewTrust(),
		verifier: verifier,
		helper:   l.helper,
		actions:  actions,
		delivery: delivery,
	}
	l.plan = &plan{
		options:  o,
		jobs:     f.Jobs,
		actions:  actions,
		disk:     disk,
		remote:   remote,
		helper:   l.helper,
		delivery: delivery,
		queues:   l.queues,
		uncut:    newQueue(),
		cutSlots: cutSlots(o),
		verifier: verifier,
		tally:    t,
	}
	return l
}
