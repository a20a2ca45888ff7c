package reapi

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/oauth"
)

// cloudPlatform is the scope that Google's execution service asks for.
const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// googleCredentials returns Google's application default credentials.
func (e *endpoint) googleCredentials(ctx context.Context) (credentials.PerRPCCredentials, error) {
	if !e.tls {
		return nil, fmt.Errorf("--google_default_credentials: %s isn't encrypted; use grpcs://", e.text)
	}
	// Tokens are fetched in mid-call, by what doesn't know of the call's end.
	client := &http.Client{
		Timeout:   e.opts.Timeout,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}, // nothing stays behind
	}
	c, err := oauth.NewApplicationDefault(context.WithValue(ctx, oauth2.HTTPClient, client), cloudPlatform)
	if err != nil {
		return nil, fmt.Errorf("--google_default_credentials: %w", err)
	}
	return c, nil
}
