package compile

import (
	"context"
	"fmt"
	"time"
)

// After the compiler has ended, finding out what its result depends on may take
// this part of the compiler's time, and this much for a short compilation.
const (
	budgetPart  = 10 // a tenth
	budgetFloor = 100 * time.Millisecond
	perByte     = 2 * time.Nanosecond
)

// A budget is the context of what is done after the compiler has ended. It is
// over, too, when that takes too long: then the result isn't cached.
//
// Time is that of the processor, both ours and the compiler's, so that on a
// loaded machine it isn't a matter of luck what is cached.
type budget struct {
	context.Context
	limit time.Duration
	began time.Duration
	used  func() time.Duration // by this process
}

func (c *compilation) newBudget(ctx context.Context) *budget {
	used := c.CPUTime
	if used == nil {
		used = cpuTime
	}
	return &budget{ctx, c.allowed(), used(), used}
}

func (c *compilation) allowed() time.Duration { return c.compiling/budgetPart + budgetFloor }

// mostText is the size of the largest text that may be looked through in the time
// allowed, at a few nanoseconds a byte. The compiler only asks for some of the
// files that it names, such as those of __has_include: they may be as large as a
// disk, and reading one into memory isn't interrupted.
func (c *compilation) mostText() int64 { return int64(c.allowed() / perByte) }

// Err is that of the context, or says that the budget is spent. Done doesn't
// tell the latter: who works on a budget asks for Err every now and then.
func (b *budget) Err() error {
	if err := b.Context.Err(); err != nil {
		return err
	}
	if b.used()-b.began > b.limit {
		return fmt.Errorf("what it read takes more than %v to look through", b.limit.Round(time.Millisecond))
	}
	return nil
}
