package outage

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// A Caller is all that decides whether a service answers. Callers with other
// credentials don't share an outage: a service may refuse one and serve another.
type Caller struct {
	Service     []string // addresses, proxy, instance: the same list for the same service
	Credentials []string // where credentials come from, such as files and helpers; no secrets
	Headers     []string // NAME=VALUE; the values may be secrets, and don't count
}

// key is part of a file's name, which others may see. So it is made of names only, no
// secret's hash among them.
func (c Caller) key(user int) string {
	var headers []string
	for _, header := range c.Headers {
		name, _, _ := strings.Cut(header, "=")
		headers = append(headers, name)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", c.Service, c.Credentials, headers, user))
	return fmt.Sprintf("%x", sum[:8])
}
