package cas

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Uploads that are refused without a word, as other calls are, too, say nothing
// about the space in the CAS.
func TestRefusedLikeOtherCalls(t *testing.T) {
	for _, busy := range []bool{true, false} {
		r := newRoom(3, func(time.Time) bool { return busy })
		upload := r.begin()
		var err error
		for range 10 {
			err = upload.judge(status.Error(codes.ResourceExhausted, ""))
		}
		if errors.Is(err, ErrNoRoom) == busy {
			t.Errorf("busy: %v; %v", busy, err)
		}
	}
}
