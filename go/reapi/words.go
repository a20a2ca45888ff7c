package reapi

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"unicode"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// maxMessage is how much of a service's words is repeated, in characters.
const maxMessage = 500

// clean makes a service's words fit to be shown: one line of printable
// characters, without what we showed the service to say who we are. Gateways
// do repeat headers.
func (e *endpoint) clean(words string) string {
	words = e.secrets.hide(words)
	words = strings.Join(strings.FieldsFunc(words, unicode.IsControl), " ")
	words = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, words)
	if runes := []rune(words); len(runes) > maxMessage {
		words = string(runes[:maxMessage]) + "…"
	}
	return words
}

// secrets are what must not be shown.
type secrets struct {
	mu    sync.Mutex
	known map[string]bool
}

// shortSecret is the length up to which a word of a secret, such as Basic, is
// taken for none.
const shortSecret = 6

// add makes a header's value a secret, with its words, and what they are in
// Base64.
func (s *secrets) add(value string) {
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

func (s *secrets) addAll(md metadata.MD) {
	for _, values := range md {
		for _, value := range values {
			s.add(value)
		}
	}
}

func (s *secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for secret := range s.known {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return text
}

// watched are credentials of which we remember what they showed.
type watched struct {
	credentials.PerRPCCredentials
	secrets *secrets
}

func (w watched) GetRequestMetadata(ctx context.Context, uri ...string) (map[string]string, error) {
	shown, err := w.PerRPCCredentials.GetRequestMetadata(ctx, uri...)
	for _, value := range shown {
		w.secrets.add(value)
	}
	return shown, err
}
