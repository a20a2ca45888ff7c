package rpc

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// An address is where a service listens.
type address struct {
	text   string // as the user gave it, for messages
	target string // for grpc.NewClient
	host   string // without the port; "" for a Unix socket
	tls    bool
}

// parseAddress reads grpc://HOST[:PORT], grpcs://HOST[:PORT], unix:PATH, or
// HOST[:PORT], which means grpcs as in Bazel. flag names the option in messages.
func parseAddress(flag, text string) (address, error) {
	a := address{text: text, tls: true}
	if strings.Contains(text, "@") && !strings.HasPrefix(text, "unix:") {
		return a, fmt.Errorf("--%s: an address can't hold user names or passwords;"+
			" see --remote_header and --credential_helper", flag)
	}
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case strings.HasPrefix(text, "unix:"):
		path := strings.TrimPrefix(strings.TrimPrefix(text, "unix:"), "//")
		if path == "" {
			return a, fmt.Errorf("--%s=%s: unix: is without a path", flag, text)
		}
		return address{text: text, target: "unix:" + path}, nil
	case !ok:
		rest = text
	case scheme == "grpc":
		a.tls = false
	case scheme != "grpcs":
		return a, fmt.Errorf("--%s=%s: thinrex speaks gRPC only: give grpc://HOST:PORT, grpcs://HOST:PORT or unix:PATH"+
			" with the port on which the service speaks gRPC", flag, text)
	}
	rest = strings.TrimSuffix(rest, "/")
	if rest == "" || rest[0] == ':' || strings.ContainsAny(rest, "/ ") {
		return a, fmt.Errorf("--%s=%s isn't an address: give grpc://HOST:PORT", flag, text)
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		host, port = strings.Trim(rest, "[]"), "443"
		if !a.tls {
			port = "80"
		}
		if _, err := netip.ParseAddr(host); err != nil && strings.Contains(host, ":") {
			return a, fmt.Errorf("--%s=%s isn't an address: give grpc://HOST:PORT", flag, text)
		}
	}
	a.host, a.target = host, "dns:///"+net.JoinHostPort(host, port)
	return a, nil
}

// isLocal reports whether traffic to the address stays on this machine.
func (a address) isLocal() bool {
	ip := net.ParseIP(a.host)
	return a.host == "" || a.host == "localhost" || ip != nil && ip.IsLoopback()
}

// hostPort returns HOST:PORT; it is meaningless for a Unix socket.
func (a address) hostPort() string { return strings.TrimPrefix(a.target, "dns:///") }

// HostOf returns the host in an address, "" for a Unix socket.
func HostOf(text string) (string, error) {
	a, err := parseAddress("remote_cache", text)
	return a.host, err
}
