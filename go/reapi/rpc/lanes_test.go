package rpc

import (
	"context"
	"errors"
	"testing"
	"time"
)

// enterLanes takes n lanes of those that are free.
func enterLanes(t *testing.T, l *lanes, n int) (taken []*Lane) {
	t.Helper()
	for range n {
		one, err := l.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, one)
	}
	return taken
}

// isFull reports whether a call would have to wait for a lane.
func isFull(l *lanes) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.isFree()
}

func TestLanesNarrowAndWiden(t *testing.T) {
	for _, most := range []int{0, 16} {
		l := newLanes(most)
		taken := enterLanes(t, l, 16)
		if isFull(l) != (most > 0) {
			t.Errorf("of %d lanes, with 16 taken: full is %v", most, isFull(l))
		}
		begun := time.Now()
		for range 16 { // all were under way at the same time, so they halve the lanes once
			time.Sleep(time.Microsecond)
			l.narrow(begun)
		}
		for i, lane := range taken {
			if lane.Leave(); isFull(l) != (i < 8) {
				t.Errorf("with %d taken: full is %v", 15-i, isFull(l))
			}
		}
		l.narrow(time.Now().Add(time.Second)) // begun after the last halving, with no lane taken
		enterLanes(t, l, 1)
		if !isFull(l) {
			t.Error("more than one lane is left")
		}
		for range 12 {
			l.widen()
		}
		if enterLanes(t, l, 3); !isFull(l) {
			t.Error("12 calls have given more than 3 lanes")
		}
		for range 1000 {
			l.widen()
		}
		if most > 0 && l.limit != float64(most) {
			t.Errorf("%v lanes, want %d", l.limit, most)
		}
	}
}

// Calls get lanes in the order in which they began to wait. A call that ends while
// it waits gets none.
func TestLanesAreFirstComeFirstServed(t *testing.T) {
	l := newLanes(1)
	only := enterLanes(t, l, 1)[0]
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("not needed any more")
	order := make(chan string)
	wait := func(ctx context.Context, name string, waiting int) {
		go func() {
			lane, err := l.enter(ctx)
			if err != nil {
				name = err.Error()
			}
			order <- name
			if err == nil {
				lane.Leave()
				lane.Leave() // has no effect
			}
		}()
		for {
			l.mu.Lock()
			n := len(l.waiting)
			l.mu.Unlock()
			if n == waiting {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	wait(t.Context(), "first", 1)
	wait(ctx, "cancelled", 2)
	wait(t.Context(), "last", 3)
	cancel(why)
	if got := <-order; got != why.Error() {
		t.Errorf("%s came before the cancelled one", got)
	}
	only.Leave()
	for _, want := range []string{"first", "last"} {
		if got := <-order; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
