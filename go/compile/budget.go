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

// A budget is the context of the work after the compiler has ended. It also ends when
// that work takes too long: then the result isn't cached, and the build goes on.
//
// Time is that of the processor, both for this process and for the compiler. So what is
// cached doesn't depend on what else a machine is doing.
type budget struct {
	context.Context
	limit time.Duration
	began time.Duration
	used  func() time.Duration // by this process
}

// newBudget begins to spend the budget after a compiler that has used so much time.
func newBudget(ctx context.Context, o Options, compiler time.Duration) *budget {
	used := o.CPUTime
	if used == nil {
		used = cpuTime
	}
	return &budget{ctx, compiler/budgetPart + budgetFloor, used(), used}
}

// mostText is the size of the largest text that can be scanned within the budget, at a
// few nanoseconds a byte. A source may name huge files, which the compiler doesn't read
// but only asks for with __has_include, and reading a file into memory can't be
// interrupted.
func (b *budget) mostText() int64 { return int64(b.limit / perByte) }

// Err is that of the context, or says that the budget is spent. Done isn't closed when
// it is, so code that works on a budget calls Err every now and then.
func (b *budget) Err() error {
	if err := b.Context.Err(); err != nil {
		return err
	}
	if b.used()-b.began > b.limit {
		return fmt.Errorf("what it read takes more than %v to look through", b.limit.Round(time.Millisecond))
	}
	return nil
}
