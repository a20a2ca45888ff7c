#!/usr/bin/env bash
# grpc-go: a call right after ResetConnectBackoff fails with the old error, though the server is back.
#
# Seen with google.golang.org/grpc v1.85.0. A client's connection is in backoff because nobody listened. The server
# comes back, the client learns of it and calls ClientConn.ResetConnectBackoff, which starts an attempt to connect at
# once. One would expect the next call to wait for that attempt, as the first call of a new ClientConn does. It fails
# with "Unavailable: connection refused", the error of the attempt before: a channel that has failed stays in
# TRANSIENT_FAILURE until a connection is ready, also while it connects. A call with WaitForReady succeeds.
#
# Output seen: "nobody listens: Unavailable", "after ResetConnectBackoff: Unavailable", "the same, WaitForReady: OK".
# Exits 0 while it is so, 1 when the library behaves otherwise, 2 when it can't be tried. The server listens on
# 127.0.0.1.
set -u
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
cat >go.mod <<'M'
module finding

go 1.26.0
M
cat >main.go <<'G'
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	address := l.Addr().String()
	check(l.Close())
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := healthpb.NewHealthClient(conn)
	call := func(o ...grpc.CallOption) string {
		_, err := client.Check(ctx, &healthpb.HealthCheckRequest{}, o...)
		return status.Code(err).String()
	}
	fmt.Println("nobody listens:", call())
	for conn.GetState() != connectivity.TransientFailure {
		conn.WaitForStateChange(ctx, conn.GetState())
	}

	l, err = net.Listen("tcp", address)
	check(err)
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	go server.Serve(l)
	defer server.Stop()
	conn.ResetConnectBackoff()
	fmt.Println("after ResetConnectBackoff:", call())
	fmt.Println("the same, WaitForReady:", call(grpc.WaitForReady(true)))
}
G
{ go get google.golang.org/grpc@v1.85.0 && go mod tidy && go build -o client .; } >log 2>&1 || {
  tail -3 log >&2
  exit 2
}
timeout 60 ./client | tee seen
diff - seen <<'S'
nobody listens: Unavailable
after ResetConnectBackoff: Unavailable
the same, WaitForReady: OK
S
