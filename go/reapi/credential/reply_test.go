package credential

import (
	"strings"
	"testing"
)

// gRPC can send all headers that parseReply returns.
func FuzzReply(f *testing.F) {
	f.Add(`{"headers":{"Authorization":["Bearer secret"],"x-a":["1","2"]},"expires":"2030-01-02T03:04:05Z","more":1}`)
	f.Add(`{"headers":{"a-bin":["AAH/"],"grpc-timeout":["1S"],":path":[]},"expires":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		headers, _, err := parseReply([]byte(text))
		if err != nil {
			if len(headers) > 0 {
				t.Errorf("%q and %v", headers, err)
			}
			return
		}
		for name, value := range headers {
			reserved := strings.HasPrefix(name, ":") || strings.HasPrefix(name, "grpc-")
			if name != strings.ToLower(name) || name == "" || reserved {
				t.Errorf("name %q", name)
			}
			if !strings.HasSuffix(name, "-bin") && isUnsendable(value) {
				t.Errorf("value %q", value)
			}
		}
	})
}
