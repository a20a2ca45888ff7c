package reapi

import (
	"context"
	"errors"
	"testing"
	"time"
)

// enterLanes takes n lanes of those that are free.
func enterLanes(t *testing.T, l *lanes, n int) (leave []func()) {
	t.Helper()
	for range n {
		one, err := l.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, one)
	}
	return leave
}

// full reports whether a call would have to wait for a lane.
func full(l *lanes) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.free()
}

func TestLanesNarrowAndWiden(t *testing.T) {
	for _, most := range []int{0, 16} {
		l := newLanes(most)
		leave := enterLanes(t, l, 16)
		if full(l) != (most > 0) {
			t.Errorf("of %d lanes, with 16 taken: full is %v", most, full(l))
		}
		begun := time.Now()
		for range 16 { // which were all under way at the same time, and are one reason to have fewer
			time.Sleep(time.Microsecond)
			l.narrow(begun)
		}
		for i, one := range leave {
			if one(); full(l) != (i < 8) {
				t.Errorf("with %d taken: full is %v", 15-i, full(l))
			}
		}
		l.narrow(time.Now().Add(time.Second)) // of none
		enterLanes(t, l, 1)
		if !full(l) {
			t.Error("more than one lane is left")
		}
		for range 12 {
			l.served()
		}
		if enterLanes(t, l, 3); !full(l) {
			t.Error("12 calls have given more than 3 lanes")
		}
		for range 1000 {
			l.served()
		}
		if most > 0 && l.limit != float64(most) {
			t.Errorf("%v lanes, want %d", l.limit, most)
		}
	}
}

// Lanes are had in the order in which they were asked for, and a call that ends
// while it waits takes none.
func TestLanesOrder(t *testing.T) {
	l := newLanes(1)
	leave := enterLanes(t, l, 1)[0]
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("no need any more")
	order := make(chan string)
	wait := func(ctx context.Context, name string, waiting int) {
		go func() {
			leave, err := l.enter(ctx)
			if err != nil {
				name = err.Error()
			}
			order <- name
			if err == nil {
				leave()
				leave() // is nothing
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
	leave()
	for _, want := range []string{"first", "last"} {
		if got := <-order; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
