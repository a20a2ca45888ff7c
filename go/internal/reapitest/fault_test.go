package reapitest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	bspb "google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"thinrex/go/digest"
	"thinrex/go/internal/reapitest"
)

var plain = grpc.WithTransportCredentials(insecure.NewCredentials())

func TestSkipAndTimes(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	s.Inject(reapitest.Fault{
		Method:  "GetCapabilities",
		Skip:    1,
		Times:   2,
		Code:    codes.ResourceExhausted,
		Message: "busy",
	})
	var got []codes.Code
	for range 4 {
		got = append(got, status.Code(c.getCapabilities(c.ctx)))
	}
	want := []codes.Code{codes.OK, codes.ResourceExhausted, codes.ResourceExhausted, codes.OK}
	if !slices.Equal(got, want) {
		t.Errorf("codes %v, want %v", got, want)
	}
	withdraw := s.Inject(reapitest.Fault{Code: codes.Unauthenticated, Delay: time.Millisecond})
	c.wantCode(c.getCapabilities(c.ctx), codes.Unauthenticated)
	withdraw()
	c.wantCode(c.getCapabilities(c.ctx), codes.OK)
	if got := s.Calls("GetCapabilities"); got != 6 {
		t.Errorf("%d calls, want 6", got)
	}
}

// A call that hangs ends when the client ends it, and when the server stops.
func TestHang(t *testing.T) {
	s, c := start(t, reapitest.Options{})
	s.Inject(reapitest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(c.ctx)
	result := make(chan error)
	go func() { result <- c.getCapabilities(ctx) }()
	if err := s.WaitCalls(c.ctx, "GetCapabilities", 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	c.wantCode(<-result, codes.Canceled)

	go func() {
		_, err := c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{}))
		result <- err
	}()
	if err := s.WaitCalls(c.ctx, "Execute", 1); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	c.wantCode(<-result, codes.Unavailable)
	if got := s.Abandoned("GetCapabilities"); got != 1 {
		t.Errorf("%d abandoned", got)
	}
}

// Streams are cut after some messages.
func TestCut(t *testing.T) {
	endless := func(ctx context.Context, _ *reapitest.Job) (*reapitest.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s, c := start(t, reapitest.Options{ReadChunk: 10, Execute: endless})
	d := s.PutBlob(noise(100))
	read := &bspb.ReadRequest{ResourceName: "blobs/" + d.String()}
	for _, test := range []struct {
		after, bytes int
		code         codes.Code
	}{
		{3, 30, codes.Unavailable}, {3, 30, codes.OK}, {-1, 0, codes.OK}, {-1, 0, codes.Internal}, {11, 100, codes.Internal},
	} {
		withdraw := s.Inject(reapitest.Fault{Method: "Read", CutAfter: test.after, Code: test.code})
		data, err := c.read(read)
		if test.after == 11 { // the stream has fewer messages
			test.code = codes.OK
		}
		if c.wantCode(err, test.code); len(data) != test.bytes {
			t.Errorf("%+v: %d bytes", test, len(data))
		}
		withdraw()
	}

	// Execute ends before the operation is done.
	action := c.action(&repb.Action{}, compile)
	s.Inject(reapitest.Fault{Method: "Execute", CutAfter: 2, Code: codes.OK})
	ops, err := c.operations(c.exec.Execute(c.ctx, &repb.ExecuteRequest{ActionDigest: action}))
	if err != nil || len(ops) != 2 || ops[1].GetDone() {
		t.Errorf("cut Execute: %v, %v", ops, err)
	}
	s.Inject(reapitest.Fault{Method: "Write", CutAfter: 2, Code: codes.Aborted})
	data := noise(50)
	_, err = c.write("i"+uuid+"blobs/"+digest.SHA256.Of(data).String(), data, 10)
	c.wantCode(err, codes.Aborted)

	// WaitExecution sends one message and then hangs.
	s.Inject(reapitest.Fault{Method: "WaitExecution", CutAfter: 1, Hang: true})
	ctx, cancel := context.WithCancel(c.ctx)
	stream := must(c.exec.WaitExecution(ctx, &repb.WaitExecutionRequest{Name: ops[0].GetName()}))(c)
	must(stream.Recv())(c)
	cancel()
	_, err = stream.Recv()
	c.wantCode(err, codes.Canceled)
}

// Tests can change what clients get. Stored blobs and results don't change.
func TestTampering(t *testing.T) {
	s, c := start(t, reapitest.Options{CommittedSize: func(int64) int64 { return -1 }})
	data := noise(100)
	d := digest.SHA256.Of(data)
	if got := must(c.write("i"+uuid+"blobs/"+d.String(), data, 100))(c).GetCommittedSize(); got != -1 {
		t.Errorf("committed %d", got)
	}
	for corruption, size := range map[reapitest.Corruption]int{
		reapitest.WrongBytes: 100, reapitest.Truncated: 50, reapitest.Intact: 100,
	} {
		s.CorruptReads(corruption)
		got := must(c.read(&bspb.ReadRequest{ResourceName: "blobs/" + d.String()}))(c)
		if intact := digest.SHA256.Of(got) == d; len(got) != size || intact != (corruption == reapitest.Intact) {
			t.Errorf("corruption %d: %d bytes, intact %v", corruption, len(got), intact)
		}
	}
	action := c.action(&repb.Action{}, compile)
	s.OnActionResult(func(r *repb.ActionResult) { r.OutputFiles[0].Path = "../x" })
	s.OnExecuteResponse(func(r *repb.ExecuteResponse) { r.Message = "see the log" })
	r := c.execute(action)
	got := must(c.ac.GetActionResult(c.ctx, &repb.GetActionResultRequest{ActionDigest: action}))(c)
	executed, lookedUp := r.GetResult().GetOutputFiles()[0].GetPath(), got.GetOutputFiles()[0].GetPath()
	if r.GetMessage() != "see the log" || executed != "../x" || lookedUp != "../x" {
		t.Errorf("not changed: %v, %v", r, got)
	}
	for _, stored := range s.ActionResults() {
		if stored.GetOutputFiles()[0].GetPath() == "../x" {
			t.Error("the stored result has changed")
		}
	}
}

func TestHeaders(t *testing.T) {
	refused := errors.New("not authenticated")
	s, c := start(t, reapitest.Options{
		RequireMetadata: true,
		Authorize: func(_ string, h metadata.MD) error {
			if !slices.Equal(h.Get("authorization"), []string{"me"}) {
				return status.Error(codes.Unauthenticated, refused.Error())
			}
			return nil
		},
	})
	c.wantCode(c.getCapabilities(c.ctx), codes.Unauthenticated)
	ctx := metadata.AppendToOutgoingContext(c.ctx, "authorization", "me")
	c.wantCode(c.getCapabilities(ctx), codes.InvalidArgument)
	want := &repb.RequestMetadata{ActionId: "a", ToolDetails: &repb.ToolDetails{ToolName: "thinrex"}}
	data, _ := c.marshal(want)
	ctx = metadata.AppendToOutgoingContext(ctx, "build.bazel.remote.execution.v2.requestmetadata-bin", string(data))
	for range 2 {
		c.wantCode(c.getCapabilities(ctx), codes.OK)
	}
	if got := s.Metadata(); len(got) != 1 || !proto.Equal(got[0], want) {
		t.Errorf("metadata: %v", got)
	}
	got := s.Requests("GetCapabilities")
	if len(got) != 4 || len(got[0].Header.Get("authorization")) != 0 || len(got[1].Header.Get("authorization")) != 1 {
		t.Errorf("requests: %v", got)
	}
}

func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	ca, other := must(reapitest.NewCA(dir, "ca")), must(reapitest.NewCA(dir, "other"))
	c := &client{T: t}
	server := must(ca(c).Issue(reapitest.Cert{Name: "server", Hosts: []string{"127.0.0.1"}}))(c)
	elsewhere := must(ca(c).Issue(reapitest.Cert{Name: "elsewhere", Hosts: []string{"example.com"}}))(c)
	expired := must(ca(c).Issue(reapitest.Cert{Name: "old", Hosts: []string{"127.0.0.1"}, Expired: true}))(c)
	clientCert := reapitest.Cert{Name: "client"}
	notClient := reapitest.Cert{Name: "not-client", Hosts: []string{"me"}}
	const refused = codes.Unavailable
	tests := map[string]struct {
		server  reapitest.Pair
		clients *reapitest.CA // must have issued a client's certificate; nil for none needed
		trusted *reapitest.CA
		client  reapitest.Cert
		want    codes.Code
	}{
		"good":                 {server: server, trusted: ca(c)},
		"unknown CA":           {server: server, trusted: other(c), want: refused},
		"wrong name":           {server: elsewhere, trusted: ca(c), want: refused},
		"expired":              {server: expired, trusted: ca(c), want: refused},
		"client's certificate": {server: server, trusted: ca(c), clients: other(c), client: clientCert},
		"no certificate":       {server: server, trusted: ca(c), clients: other(c), want: refused},
		"server's certificate": {server: server, trusted: ca(c), clients: other(c), client: notClient, want: refused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := &client{T: t}
			s := reapitest.StartT(t, reapitest.Options{TLS: must(test.server.ServerTLS(test.clients))(c)})
			config := &tls.Config{RootCAs: x509.NewCertPool()}
			config.RootCAs.AppendCertsFromPEM(must(os.ReadFile(test.trusted.CertFile))(c))
			if test.client.Name != "" {
				pair := must(test.clients.Issue(test.client))(c)
				config.Certificates = []tls.Certificate{must(tls.LoadX509KeyPair(pair.CertFile, pair.KeyFile))(c)}
			}
			c = dial(t, s, grpc.WithTransportCredentials(credentials.NewTLS(config)))
			c.wantCode(c.getCapabilities(c.ctx), test.want)
		})
	}
}
