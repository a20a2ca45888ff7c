package cas

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Uploads that are refused without an explanation, while other calls are refused in
// the same way, don't mean that the CAS is full.
func TestUploadsRefusedLikeOtherCalls(t *testing.T) {
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
