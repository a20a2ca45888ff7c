package reapitest_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
	"thinrex/go/reapi/pb"
)

// actions stores n actions with one input each.
func actions(b *testing.B, s *reapitest.Server, n int) []*repb.Digest {
	put := func(m proto.Message) *repb.Digest {
		data, err := proto.Marshal(m)
		if err != nil {
			b.Fatal(err)
		}
		d := digest.SHA256.Of(data)
		s.PutBlobAs(d, data)
		return pb.Digest(d)
	}
	command := put(compile)
	root := put(&repb.Directory{})
	list := make([]*repb.Digest, n)
	for i := range list {
		salt := binary.BigEndian.AppendUint32(nil, uint32(i))
		list[i] = put(&repb.Action{CommandDigest: command, InputRootDigest: root, Salt: salt})
	}
	return list
}

// BenchmarkExecute runs 2,000 jobs of a second on 500 slots: ideally 4 s.
func BenchmarkExecute(b *testing.B) {
	s := reapitest.StartT(b, reapitest.Options{Slots: 500, ExecTime: time.Second})
	list := actions(b, s, 2000)
	conn, err := grpc.NewClient(s.Addr(), plain)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	exec := repb.NewExecutionClient(conn)
	for b.Loop() {
		var wg sync.WaitGroup
		for _, action := range list {
			wg.Go(func() {
				request := &repb.ExecuteRequest{ActionDigest: action, SkipCacheLookup: true}
				stream, err := exec.Execute(context.Background(), request)
				for err == nil {
					_, err = stream.Recv()
				}
			})
		}
		wg.Wait()
	}
}

// BenchmarkLookups makes 270 lookups at once with 64 KiB of outputs inlined.
func BenchmarkLookups(b *testing.B) {
	s := reapitest.StartT(b, reapitest.Options{Inline: true})
	list := actions(b, s, 270)
	out := s.PutBlob(noise(64 << 10))
	for _, action := range list {
		d, err := pb.ParseDigest(action)
		if err != nil {
			b.Fatal(err)
		}
		s.PutActionResult(d, &repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "a.o", Digest: pb.Digest(out)}}})
	}
	conn, err := grpc.NewClient(s.Addr(), plain)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	ac := repb.NewActionCacheClient(conn)
	for b.Loop() {
		var wg sync.WaitGroup
		for _, action := range list {
			wg.Go(func() {
				_, err := ac.GetActionResult(context.Background(), &repb.GetActionResultRequest{
					ActionDigest:      action,
					InlineOutputFiles: []string{"a.o"},
				})
				if err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
	}
}
