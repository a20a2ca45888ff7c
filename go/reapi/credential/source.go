// Package credential finds what we show a server to say who we are: what a
// credential helper says, in Bazel's protocol and with Bazel's scopes, or a
// .netrc's login and password. Fixed headers and Google's credentials are not
// its business, nor is warning of a plaintext connection.
package credential

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

// Options say where to look.
type Options struct {
	// Helpers are as in --credential_helper: PROGRAM for every host, or
	// SCOPE=PROGRAM, where SCOPE is a domain, or *.DOMAIN for it and all
	// below. The closest scope counts, and of equal ones the last. PROGRAM is
	// an absolute path, %workspace%/PATH, or a name to look up in $PATH.
	Helpers       []string
	HelperTimeout time.Duration // 0 for Bazel's 10 s
	Netrc         string        // file; "" for $NETRC or ~/.netrc, which may be missing
	Workspace     string        // what %workspace% stands for, or ""
}

// A Source has the credentials for one host. A helper whose scope holds the
// host comes before .netrc, even if it has nothing to show. Its methods may be
// called at the same time.
type Source struct {
	host   string
	helper *helper // nil for none
	netrc  netrcFile

	// A helper's run serves all who ask for its URI, so it ends with the
	// Source and not with any of them.
	life    context.Context
	end     context.CancelFunc
	flights singleflight.Group
	running sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	answers map[string]answer // by URI, "" for .netrc
}

var _ credentials.PerRPCCredentials = (*Source)(nil)

// An answer is what a helper or .netrc said, failures too: many calls wait for
// a broken helper once, not each.
type answer struct {
	headers map[string]string
	err     error     // a helper's with a gRPC status
	until   time.Time // the zero time: no end is known
	late    bool      // there was none in time
}

// New returns the source for a host, without port; "" (a Unix socket) has no
// credentials. It checks the helpers' syntax, and that the program for this
// host is there, but reads and starts nothing. Close ends the source.
func New(host string, o Options) (*Source, error) {
	host = canonicalHost(host)
	program, err := pick(host, o.Helpers)
	if err != nil {
		return nil, err
	}
	s := &Source{host: host, answers: make(map[string]answer)}
	if host != "" && program != "" {
		if program, err = find(program, o.Workspace); err != nil {
			return nil, err
		}
		s.helper = &helper{program: program, timeout: o.HelperTimeout}
		if o.HelperTimeout <= 0 {
			s.helper.timeout = defaultTimeout
		}
	} else if host != "" {
		s.netrc = locateNetrc(o.Netrc)
	}
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// Any reports whether there is anything to show: a helper, which may still say
// that nothing is needed, or a .netrc with an entry for the host. The error
// says why .netrc can't be used. As in Bazel that is no more than a warning:
// who else reads the file may understand it, and the server may need nothing.
func (s *Source) Any() (bool, error) {
	if s.helper != nil {
		return true, nil
	}
	a := s.fromNetrc()
	return len(a.headers) > 0, a.err
}

// GetRequestMetadata returns the headers for a URI such as
// https://HOST:PORT/build.bazel.remote.execution.v2.Capabilities. What a helper
// says is kept until shortly before it expires, or until Forget. Errors are
// gRPC statuses: UNAUTHENTICATED with what to do about it, or the end of ctx.
func (s *Source) GetRequestMetadata(ctx context.Context, uri ...string) (map[string]string, error) {
	if s.helper == nil {
		return maps.Clone(s.fromNetrc().headers), nil
	}
	asked := "https://" + s.host + "/"
	if len(uri) > 0 {
		asked = uri[0]
	}
	if a, ok := s.kept(asked); ok {
		return a.take()
	}
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	select {
	case r := <-s.flights.DoChan(asked, func() (any, error) { return s.ask(asked), nil }):
		return r.Val.(answer).take()
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

// RequireTransportSecurity is part of credentials.PerRPCCredentials. Servers on
// loopback take plaintext.
func (s *Source) RequireTransportSecurity() bool { return false }

// Forget has the next call ask anew, as is due when a server answers
// UNAUTHENTICATED or a failed helper deserves another try. One that took too
// long doesn't: who waits has waited enough. A run that is on its way counts as
// asking anew, so that many calls refused at once start few.
func (s *Source) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.answers, func(_ string, a answer) bool { return !a.late })
}

// Close ends what runs and waits for its end. Calls that wait for it fail.
func (s *Source) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.running.Wait()
}

// ask runs the helper, unless somebody else's run has just ended or the source
// is closed.
func (s *Source) ask(uri string) answer {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return answer{err: status.Error(codes.Canceled, "credentials asked for after the end")}
	}
	s.running.Add(1)
	s.mu.Unlock()
	defer s.running.Done()

	if a, ok := s.kept(uri); ok {
		return a
	}
	headers, expires, err := s.helper.get(s.life, uri)
	a := answer{headers: headers, until: usableUntil(time.Now(), expires), err: unauthenticated(err), late: errors.Is(err, errLate)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[uri] = a
	return a
}

func (s *Source) kept(uri string) (answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.answers[uri]
	return a, ok && (a.until.IsZero() || time.Now().Before(a.until))
}

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

func (a answer) take() (map[string]string, error) { return maps.Clone(a.headers), a.err }

// usableUntil leaves a call some time to arrive before its credential expires:
// half a minute, or a tenth of a short life.
func usableUntil(now, expires time.Time) time.Time {
	if expires.IsZero() {
		return expires
	}
	return expires.Add(-min(30*time.Second, expires.Sub(now)/10))
}

func unauthenticated(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return status.Error(codes.Canceled, err.Error())
	}
	return status.Error(codes.Unauthenticated, err.Error())
}
