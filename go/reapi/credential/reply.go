package credential

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// parseReply reads a helper's reply, and ignores unknown fields. Errors quote nothing
// of the reply, not even the headers' names: a broken helper may have put the secret
// there.
func parseReply(data []byte) (headers map[string]string, expires time.Time, err error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil || fields == nil {
		return nil, time.Time{}, errors.New("replied with something other than one JSON object")
	}
	var lists map[string][]*string
	if raw, ok := fields["headers"]; ok && json.Unmarshal(raw, &lists) != nil {
		return nil, time.Time{}, errors.New(`replied with "headers" that aren't {"NAME": ["VALUE"]}`)
	}
	if raw, ok := fields["expires"]; ok {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			expires, err = time.Parse(time.RFC3339, text)
		}
		if err != nil || expires.IsZero() {
			return nil, time.Time{}, errors.New(`replied with "expires" that isn't a time as in "2006-01-02T15:04:05Z"`)
		}
	}
	headers, err = toMetadata(lists)
	return headers, expires, err
}

const authorization = "authorization"

// toMetadata makes gRPC metadata of headers, one string for each name. Several values
// are joined with commas, which for HTTP (RFC 9110, 5.3) and gRPC (PROTOCOL-HTTP2,
// Custom-Metadata) is the same as several lines. That is true for lists only, not
// for authorization, nor for -bin headers, whose value gRPC encodes as a whole.
func toMetadata(headers map[string][]*string) (map[string]string, error) {
	values := make(map[string][]string)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, v := range headers[name] {
			if v == nil {
				return nil, errors.New("replied with a header value that isn't a string")
			}
			values[strings.ToLower(name)] = append(values[strings.ToLower(name)], *v)
		}
	}
	md := make(map[string]string)
	for name, list := range values {
		binary := strings.HasSuffix(name, "-bin")
		switch {
		case !isName(name):
			return nil, errors.New("replied with a header name that can't be sent: only letters, digits and - _ . can")
		case isReserved(name):
			return nil, errors.New("replied with a header that only gRPC itself may send," +
				" such as content-type, host or grpc-…")
		case len(list) > 1 && (name == authorization || binary):
			return nil, errors.New("replied with several values for a header that takes one, such as authorization or …-bin")
		case !binary && slices.ContainsFunc(list, isUnsendable):
			return nil, errors.New("replied with a header value that can't be sent: it isn't all printable ASCII" +
				" (a line break at its end?)")
		}
		md[name] = strings.Join(list, ", ")
		if binary { // Bazel expects base64 in the reply; gRPC-Go encodes the value itself
			raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(list[0], "="))
			if err != nil {
				return nil, errors.New("replied with a …-bin header whose value isn't base64")
			}
			md[name] = string(raw)
		}
	}
	return md, nil
}

func isName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}

func isUnsendable(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' })
}

// isReserved reports whether a header is one that gRPC sends itself, or that HTTP/2
// forbids.
func isReserved(name string) bool {
	switch name {
	case "content-type", "user-agent", "te", "host", "content-length", "connection",
		"keep-alive", "proxy-connection", "transfer-encoding", "upgrade":
		return true
	}
	return strings.HasPrefix(name, "grpc-")
}
