// Package credential gets the credentials that authenticate us to a server: those
// of a credential helper, with Bazel's protocol and scopes, or the login and password
// of a .netrc. Package reapi/rpc handles fixed headers and Google's credentials, and
// warns of connections without encryption.
package credential

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"thinrex/go/reapi/remoteflags"

	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

// Options say where credentials come from.
type Options = remoteflags.Credentials

// A Source has the credentials for one host. If a helper's scope holds the host,
// .netrc isn't used, even if the helper returns no headers. A Source is safe for
// concurrent use.
type Source struct {
	host   string
	helper *helper // nil for none
	netrc  netrcFile

	// One run of a helper serves all calls for its URI, so it ends with the Source, not
	// with any of the calls.
	life    context.Context
	end     context.CancelFunc
	flights singleflight.Group
	running sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	answers map[string]answer // by URI, "" for .netrc
}

var _ credentials.PerRPCCredentials = (*Source)(nil)

// An answer is the outcome of running a helper or reading .netrc. Failures are kept,
// too, so that many calls wait for a broken helper once only.
type answer struct {
	headers map[string]string
	err     error     // a helper's with a gRPC status
	until   time.Time // the zero time: no end is known
	late    bool      // the helper didn't end in time
}

// New returns the source for a host, which has no port; "" (a Unix socket) has no
// credentials. New checks the helpers' syntax and that the program for this host
// exists, but reads no .netrc and starts no program. Close ends the source.
func New(host string, o Options) (*Source, error) {
	host = canonicalHost(host)
	program, err := programFor(host, o.Helpers)
	if err != nil {
		return nil, err
	}
	s := &Source{host: host, answers: make(map[string]answer)}
	if host != "" && program != "" {
		if program, err = findProgram(program, o.Workspace); err != nil {
			return nil, err
		}
		s.helper = &helper{program: program, timeout: o.HelperTimeout}
		if o.HelperTimeout <= 0 {
			s.helper.timeout = remoteflags.HelperTimeout
		}
	} else if host != "" {
		s.netrc = locateNetrc(o.Netrc)
	}
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// Available reports whether there may be credentials: there is a helper, which may still
// return no headers, or .netrc has an entry for the host. The error says why .netrc
// can't be used. As in Bazel it is for a warning only: other programs may understand
// the file, and the server may need no credentials.
func (s *Source) Available() (bool, error) {
	if s.helper != nil {
		return true, nil
	}
	a := s.fromNetrc()
	return len(a.headers) > 0, a.err
}

// GetRequestMetadata returns the headers for a URI such as
// https://HOST:PORT/build.bazel.remote.execution.v2.Capabilities. A helper's answer
// is kept until shortly before it expires, or until Forget. Errors are gRPC statuses:
// UNAUTHENTICATED with what to do about it, or the end of ctx.
func (s *Source) GetRequestMetadata(ctx context.Context, uri ...string) (map[string]string, error) {
	if s.helper == nil {
		return maps.Clone(s.fromNetrc().headers), nil
	}
	service := "https://" + s.host + "/"
	if len(uri) > 0 {
		service = uri[0]
	}
	if a, ok := s.keptAnswer(service); ok {
		return a.headersCopy()
	}
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	select {
	case r := <-s.flights.DoChan(service, func() (any, error) { return s.runHelper(service), nil }):
		return r.Val.(answer).headersCopy()
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

// RequireTransportSecurity is part of credentials.PerRPCCredentials. Servers on the
// loopback interface may be used without encryption.
func (s *Source) RequireTransportSecurity() bool { return false }

// Forget makes the next call run the helper, or read .netrc, again. It is for a
// server that answers UNAUTHENTICATED, and for another try after a helper failed. A
// helper that took too long isn't run again: its callers have waited enough. If a run
// is under way, the next call gets its answer, so that many calls that are refused at
// the same time start few runs.
func (s *Source) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.answers, func(_ string, a answer) bool { return !a.late })
}

// Close ends a helper that runs, and waits for its end. Calls that wait for the
// helper fail.
func (s *Source) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.running.Wait()
}

// runHelper runs the helper, unless another call's run has just ended or the source is
// closed.
func (s *Source) runHelper(uri string) answer {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return answer{err: status.Error(codes.Canceled, "credentials were requested after the end of the link")}
	}
	s.running.Add(1)
	s.mu.Unlock()
	defer s.running.Done()

	if a, ok := s.keptAnswer(uri); ok {
		return a
	}
	headers, expires, err := s.helper.credentials(s.life, uri)
	a := answer{
		headers: headers,
		until:   usableUntil(time.Now(), expires),
		err:     toStatus(err),
		late:    errors.Is(err, errLate),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[uri] = a
	return a
}

// keptAnswer returns the answer for a URI, if there is one that hasn't expired.
func (s *Source) keptAnswer(uri string) (answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.answers[uri]
	return a, ok && (a.until.IsZero() || time.Now().Before(a.until))
}

// fromNetrc reads .netrc, once.
func (s *Source) fromNetrc() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.answers[""]
	if !ok {
		headers, err := s.netrc.headers(s.host)
		a = answer{headers: headers, err: err}
		s.answers[""] = a
	}
	return a
}

// headersCopy returns the headers for one caller, which may change them.
func (a answer) headersCopy() (map[string]string, error) { return maps.Clone(a.headers), a.err }

// usableUntil returns until when a credential is used: half a minute before it
// expires, or a tenth of its life if that is short, so that calls arrive in time.
func usableUntil(now, expires time.Time) time.Time {
	if expires.IsZero() {
		return expires
	}
	return expires.Add(-min(30*time.Second, expires.Sub(now)/10))
}

// toStatus makes a helper's error a gRPC status.
func toStatus(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return status.Error(codes.Canceled, err.Error())
	}
	return status.Error(codes.Unauthenticated, err.Error())
}
