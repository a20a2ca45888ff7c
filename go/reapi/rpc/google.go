package rpc

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/oauth"
)

// cloudPlatform is the OAuth scope that Google's execution service requires.
const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// googleCredentials returns Google's application default credentials.
func (e *Endpoint) googleCredentials(ctx context.Context) (credentials.PerRPCCredentials, error) {
	if !e.address.tls {
		return nil, fmt.Errorf("--google_default_credentials: %s isn't encrypted; use grpcs://", e.address.text)
	}
	// A token is fetched during a call by code that doesn't see the call's end, so
	// the fetch has a timeout of its own.
	client := &http.Client{
		Timeout: e.opts.Timeout,
		Transport: &http.Transport{
			Proxy:             http.ProxyFromEnvironment,
			DisableKeepAlives: true, // nothing stays behind
		},
	}
	c, err := oauth.NewApplicationDefault(context.WithValue(ctx, oauth2.HTTPClient, client), cloudPlatform)
	if err != nil {
		return nil, fmt.Errorf("--google_default_credentials: %w", err)
	}
	return c, nil
}
