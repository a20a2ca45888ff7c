package reapitest

import (
	"fmt"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

// wire is gRPC's codec for protobuf without its pool of buffers. The pool takes and
// clears 1 MiB for each message above 32 KiB, on which a server that answers hundreds
// of lookups at once would spend most of its time.
type wire struct{}

func (wire) Name() string { return "proto" }

func (wire) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%T isn't a protobuf message", v)
	}
	data, err := proto.Marshal(m)
	if err != nil {
		return nil, err
	}
	return mem.BufferSlice{mem.SliceBuffer(data)}, nil
}

func (wire) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("%T isn't a protobuf message", v)
	}
	return proto.Unmarshal(data.Materialize(), m)
}
