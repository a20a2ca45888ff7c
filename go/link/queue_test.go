package link

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"thinrex/go/link/distfile"
)

// Tasks with the largest modules come first, in whatever order they were pushed.
func TestQueueOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	q := newQueue()
	for range 100 {
		q.push(&task{size: random.Int64N(20), first: distfile.Job{Inputs: []string{fmt.Sprint(random.IntN(20))}}})
	}
	last := q.take()
	for it := q.take(); it != nil; it = q.take() {
		if it.size > last.size || it.size == last.size && it.first.Module() < last.first.Module() {
			t.Fatalf("%d %s after %d %s", it.size, it.first.Module(), last.size, last.first.Module())
		}
		last = it
	}
}

// Several takers share the tasks; each ends when the queue is closed and empty.
func TestQueueIsShared(t *testing.T) {
	const takers, n = 3, 100
	q := newQueue()
	taken := make(chan *task, n)
	var wg sync.WaitGroup
	for range takers {
		wg.Go(func() {
			for q.wait(t.Context()) {
				if it := q.take(); it != nil {
					taken <- it
				}
			}
		})
	}
	want := map[*task]bool{}
	for range n {
		it := &task{first: distfile.Job{Inputs: []string{"m.o"}}}
		want[it] = true
		q.push(it)
	}
	q.close()
	wg.Wait()
	close(taken)
	for it := range taken {
		if !want[it] {
			t.Fatal("taken twice")
		}
		delete(want, it)
	}
	if len(want) > 0 {
		t.Errorf("%d tasks were lost", len(want))
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if newQueue().wait(ended) {
		t.Error("a task in an empty queue")
	}
}
