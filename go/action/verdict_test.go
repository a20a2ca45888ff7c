package action_test

import (
	"errors"
	"testing"

	"thinrex/go/action"
)

// Only two compilations that agree against a cached result make it wrong.
func TestJudge(t *testing.T) {
	failure := errors.New("no memory")
	for _, tt := range []struct {
		name  string
		gives []byte // by each compilation; 0 for a failure. The cached result is 1
		want  action.Verdict
		fails bool
	}{
		{"the same", []byte{1}, action.Right, false},
		{"two others that agree", []byte{2, 2}, action.Wrong, false},
		{"two others that differ", []byte{2, 3}, action.NotDeterministic, false},
		{"another, then the same", []byte{2, 1}, action.NotDeterministic, false},
		{"a failure", []byte{0}, 0, true},
		{"another, then a failure", []byte{2, 0}, 0, true},
	} {
		ran := 0
		got, err := action.Judge([32]byte{1}, func() ([32]byte, error) {
			ran++
			if tt.gives[ran-1] == 0 {
				return [32]byte{}, failure
			}
			return [32]byte{tt.gives[ran-1]}, nil
		})
		if (err != nil) != tt.fails || err == nil && got != tt.want || ran != len(tt.gives) {
			t.Errorf("%s: %v, %v after %d compilations", tt.name, got, err, ran)
		}
	}
}
