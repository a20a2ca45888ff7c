package link

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// After a failed compilation, the end of the other jobs is no error. With --keep_going
// no job was ended, so such an error has another cause.
func TestDropEnded(t *testing.T) {
	ended := fmt.Errorf("execute: %w", context.Canceled)
	for name, tc := range map[string]struct {
		l    *failures
		err  error
		want error
	}{
		"after a failure":   {&failures{count: 1}, ended, nil},
		"without a failure": {&failures{}, ended, ended},
		"with keep_going":   {&failures{count: 1, keepGoing: true}, ended, ended},
		"another error":     {&failures{count: 1}, context.DeadlineExceeded, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.l.dropEnded(t.Context(), tc.err); !errors.Is(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}
