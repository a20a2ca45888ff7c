package link

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// Whichever lookup ends first, tasks come in the order of their places, and
// each as soon as all before it are known.
func TestInLine(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		tasks := make([]*task, random.IntN(20))
		for i := range tasks {
			if random.IntN(2) == 0 {
				tasks[i] = &task{}
			}
		}
		var got []*task
		line := newInLine(len(tasks), func(t *task) { got = append(got, t) })
		known := make([]bool, len(tasks)+1) // the last one is never
		for _, i := range random.Perm(len(tasks)) {
			line.add(i, tasks[i])
			known[i] = true
			first := slices.Index(known, false)
			want := slices.DeleteFunc(slices.Clone(tasks[:first]), func(t *task) bool { return t == nil })
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d: %d tasks when the first %d places are known, want %d", seed, len(got), first, len(want))
			}
		}
	}
}

// Several takers share what comes; each ends when there is nothing more.
func TestQueue(t *testing.T) {
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
		it := &task{}
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
