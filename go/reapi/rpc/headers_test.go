package rpc

import (
	"strings"
	"testing"
)

func TestParseHeaders(t *testing.T) {
	md, err := parseHeaders([]string{"Authorization=Bearer a=b", " x-empty =", "x-twice=1", "x-twice=2"})
	if err != nil || md["authorization"][0] != "Bearer a=b" || md["x-empty"][0] != "" || len(md["x-twice"]) != 2 {
		t.Errorf("%v, %v", md, err)
	}
	for _, bad := range []string{"secret", "=secret", "grpc-timeout=secret", "a b=secret", ":path=secret"} {
		if _, err := parseHeaders([]string{bad}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
