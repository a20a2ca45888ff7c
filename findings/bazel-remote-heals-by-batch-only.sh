#!/usr/bin/env bash
# bazel-remote accepts a blob by ByteStream Write, answers that it has all of it, and keeps the damaged file that it
# had.
#
# Seen with github.com/buchgr/bazel-remote v2.6.1. Half of a blob's file in the cache folder is zeros, as after a
# crash of the machine. FindMissingBlobs says the blob is there (the index in memory says so). A client that notices
# the damage when it reads uploads the good bytes again, and would expect either way to replace them. ByteStream Write
# answers committed_size = the whole size, and stores nothing: reading fails as before. BatchUpdateBlobs with the same
# bytes replaces the file. Blobs above gRPC's message limit can only be streamed, so those stay damaged until they are
# evicted.
#
# Output seen: "damaged: in FindMissing: no, read: bad", "after Write (answer: 65536 of 65536): read: bad", "after
# BatchUpdateBlobs: read: good".
# Exits 0 while it is so, 1 when the server behaves otherwise, 2 when it can't be tried. The server listens on
# 127.0.0.1.
set -u
w=$(mktemp -d) || exit 2
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server"; } 2>/dev/null; rm -rf "$w"' EXIT
cd "$w" || exit 2
mkdir server
cat >server/go.mod <<'M'
module server

go 1.26

require github.com/buchgr/bazel-remote/v2 v2.6.1
M
(cd server && go get google.golang.org/genproto/googleapis/bytestream@v0.0.0-20261104224025-d1e00e9f33ab &&
  go build -mod=mod -o ../bazel-remote github.com/buchgr/bazel-remote/v2) >log 2>&1 || { tail -3 log >&2; exit 2; }
cat >go.mod <<'M'
module finding

go 1.26
M
cat >main.go <<'G'
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

var ctx = context.Background()

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// damage overwrites what a disk may have lost: the second half of a file.
func damage(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(make([]byte, size/2), size-size/2)
	return err
}

func main() {
	conn, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	cas, stream := repb.NewContentAddressableStorageClient(conn), bspb.NewByteStreamClient(conn)
	blob := make([]byte, 64<<10)
	rand.New(rand.NewSource(1)).Read(blob) // doesn't compress
	digest := &repb.Digest{Hash: fmt.Sprintf("%x", sha256.Sum256(blob)), SizeBytes: int64(len(blob))}
	update := func() {
		upload := []*repb.BatchUpdateBlobsRequest_Request{{Digest: digest, Data: blob}}
		r, err := cas.BatchUpdateBlobs(ctx, &repb.BatchUpdateBlobsRequest{Requests: upload}, grpc.WaitForReady(true))
		check(err)
		if code := r.Responses[0].GetStatus().GetCode(); code != 0 {
			check(fmt.Errorf("BatchUpdateBlobs: code %d", code))
		}
	}
	read := func() string {
		s, err := stream.Read(ctx, &bspb.ReadRequest{ResourceName: fmt.Sprintf("blobs/%s/%d", digest.Hash, digest.SizeBytes)})
		check(err)
		var got bytes.Buffer
		for {
			m, err := s.Recv()
			if err == io.EOF {
				break
			}
			if err != nil {
				return "bad"
			}
			got.Write(m.Data)
		}
		if bytes.Equal(got.Bytes(), blob) {
			return "good"
		}
		return "bad"
	}
	update()
	check(filepath.Walk(os.Args[2], func(path string, fi os.FileInfo, err error) error {
		if err == nil && strings.Contains(filepath.Base(path), digest.Hash) {
			err = damage(path, fi.Size())
		}
		return err
	}))
	missing, err := cas.FindMissingBlobs(ctx, &repb.FindMissingBlobsRequest{BlobDigests: []*repb.Digest{digest}})
	check(err)
	there := "no"
	if len(missing.MissingBlobDigests) > 0 {
		there = "yes"
	}
	fmt.Printf("damaged: in FindMissing: %s, read: %s\n", there, read())

	ws, err := stream.Write(ctx)
	check(err)
	name := fmt.Sprintf("uploads/01234567-89ab-cdef-0123-456789abcdef/blobs/%s/%d", digest.Hash, digest.SizeBytes)
	_ = ws.Send(&bspb.WriteRequest{ResourceName: name, Data: blob, FinishWrite: true})
	answer, err := ws.CloseAndRecv()
	check(err)
	fmt.Printf("after Write (answer: %d of %d): read: %s\n", answer.CommittedSize, len(blob), read())
	update()
	fmt.Printf("after BatchUpdateBlobs: read: %s\n", read())
}
G
{
  go get github.com/bazelbuild/remote-apis@v0.0.0-20260908115904-76ddd98e1f92 google.golang.org/grpc@v1.85.0 &&
    go mod tidy && go build -o client .
} >log 2>&1 || {
  tail -3 log >&2
  exit 2
}
mkdir cache
for port in 29092 39092 49092; do # whichever is free
  ./bazel-remote --dir "$w/cache" --max_size 1 --grpc_address 127.0.0.1:$port --http_address "unix://$w/http" >server.log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    grep -q -i 'starting gRPC server' server.log && break 2
    kill -0 $server 2>/dev/null || break
    sleep 0.1
  done
done
kill -0 "$server" || { tail -3 server.log >&2; exit 2; }
timeout 60 ./client 127.0.0.1:$port "$w/cache" | tee seen
diff - seen <<'S'
damaged: in FindMissing: no, read: bad
after Write (answer: 65536 of 65536): read: bad
after BatchUpdateBlobs: read: good
S
