package rpc

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// transportCredentials returns how connections to an address are encrypted: with
// the system's certificates, or with the files that the options name.
func transportCredentials(a address, o *Options) (credentials.TransportCredentials, error) {
	if !a.tls {
		return insecure.NewCredentials(), nil
	}
	config := &tls.Config{}
	if path := o.TLSCertificate; path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("--tls_certificate: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("--tls_certificate: no certificate in PEM format in %s", path)
		}
	}
	if o.TLSClientCertificate != "" {
		pair, err := tls.LoadX509KeyPair(o.TLSClientCertificate, o.TLSClientKey)
		if err != nil {
			const why = "--tls_client_certificate=%s --tls_client_key=%s: %w"
			return nil, fmt.Errorf(why, o.TLSClientCertificate, o.TLSClientKey, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config), nil
}
