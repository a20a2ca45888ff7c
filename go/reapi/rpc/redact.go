package rpc

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// maxMessage is how much of a service's message is repeated, in characters.
const maxMessage = 500

// Redact makes a service's message fit to be shown: one line of printable
// characters, without the headers and credentials that we sent. Gateways do
// repeat headers in their messages.
func (e *Endpoint) Redact(message string) string {
	message = e.secrets.hideIn(message)
	message = strings.Join(strings.FieldsFunc(message, unicode.IsControl), " ")
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, message)
	if runes := []rune(message); len(runes) > maxMessage {
		message = string(runes[:maxMessage]) + "…"
	}
	return message
}

// secrets are texts that must not be shown.
type secrets struct {
	mu    sync.Mutex
	known map[string]bool
}

// shortSecret is the length up to which a word of a header's value, such as
// Basic, isn't treated as a secret.
const shortSecret = 6

// addValue makes a header's value a secret, and each of its words, and what they are
// in Base64.
func (s *secrets) addValue(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]bool{}
	}
	for _, word := range append(strings.Fields(value), value) {
		if len(word) <= shortSecret {
			continue
		}
		s.known[word] = true
		if plain, err := base64.StdEncoding.DecodeString(word); err == nil && len(plain) > shortSecret {
			s.known[string(plain)] = true
			if _, password, ok := strings.Cut(string(plain), ":"); ok && password != "" {
				s.known[password] = true
			}
		}
	}
}

func (s *secrets) addHeaders(md metadata.MD) {
	for _, values := range md {
		for _, value := range values {
			s.addValue(value)
		}
	}
}

func (s *secrets) hideIn(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Long ones first: a secret that begins like another would lose its beginning only.
	longestFirst := slices.SortedFunc(maps.Keys(s.known), func(a, b string) int { return len(b) - len(a) })
	for _, secret := range longestFirst {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return text
}

// recorded are credentials whose values are added to the secrets when they are
// sent.
type recorded struct {
	credentials.PerRPCCredentials
	secrets *secrets
}

func (r recorded) GetRequestMetadata(ctx context.Context, uri ...string) (map[string]string, error) {
	sent, err := r.PerRPCCredentials.GetRequestMetadata(ctx, uri...)
	for _, value := range sent {
		r.secrets.addValue(value)
	}
	return sent, err
}
