package rpc

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	tests := []struct {
		text, target, host string
		tls, local         bool
	}{
		{text: "grpc://cache:8980", target: "dns:///cache:8980", host: "cache"},
		{text: "grpc://cache:8980/", target: "dns:///cache:8980", host: "cache"},
		{text: "grpc://cache", target: "dns:///cache:80", host: "cache"},
		{text: "grpcs://cache.example.com", target: "dns:///cache.example.com:443", host: "cache.example.com", tls: true},
		{text: "cache.example.com", target: "dns:///cache.example.com:443", host: "cache.example.com", tls: true},
		{text: "cache:1", target: "dns:///cache:1", host: "cache", tls: true},
		{text: "grpc://[::1]:8980", target: "dns:///[::1]:8980", host: "::1", local: true},
		{text: "grpcs://[2001:db8::1]", target: "dns:///[2001:db8::1]:443", host: "2001:db8::1", tls: true},
		{text: "grpc://127.0.0.7:1", target: "dns:///127.0.0.7:1", host: "127.0.0.7", local: true},
		{text: "grpc://localhost:1", target: "dns:///localhost:1", host: "localhost", local: true},
		{text: "unix:/run/rbe.sock", target: "unix:/run/rbe.sock", local: true},
		{text: "unix:///run/rbe.sock", target: "unix:/run/rbe.sock", local: true},
		{text: "unix:rbe@1.sock", target: "unix:rbe@1.sock", local: true},
	}
	for _, test := range tests {
		a, err := parseAddress("remote_cache", test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if a.target != test.target || a.host != test.host || a.tls != test.tls || a.isLocal() != test.local ||
			a.text != test.text {
			t.Errorf("%s: %+v, local %v", test.text, a, a.isLocal())
		}
	}
}

func TestUnusableAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "isn't an address",
		"grpc://":                      "isn't an address",
		"grpc://:8980":                 "isn't an address",
		"grpc://cache:8980/instance":   "isn't an address",
		"grpc://a b:1":                 "isn't an address",
		"grpc:127.0.0.1:8980":          "isn't an address",
		"tcp:cache:8980":               "isn't an address",
		"grpc://cache:8980:1":          "isn't an address",
		"https://cache":                "gRPC only",
		"http://cache:8080":            "gRPC only",
		"unix:":                        "without a path",
		"unix://":                      "without a path",
		"grpcs://me:secret@cache":      "user names",
		"me:secret@cache:1":            "user names",
		"https://me:secret@cache:8080": "user names",
	} {
		a, err := parseAddress("remote_cache", text)
		if err == nil {
			t.Errorf("%s: %+v", text, a)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--remote_cache") ||
			strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
